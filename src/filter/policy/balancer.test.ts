import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Balancer } from "../policy.ts";
import { createBalancer } from "./balancer.ts";
import { loadPolicyModule } from "./load-policy-module.ts";

const NAMES = ["round-robin", "random", "least-connections"] as const;
const MODULES = new Map(NAMES.map((name) => [name, loadPolicyModule({ builtin: name })]));

function balancerOf(name: (typeof NAMES)[number], weights: readonly number[]): Balancer {
  const module = MODULES.get(name);
  if (module === undefined) throw new Error(name);
  return createBalancer(
    module,
    weights.map((weight, index) => ({ id: `b${index}`, weight })),
  );
}

function picks(balancer: Balancer, count: number, excludedMask = 0): number[] {
  return Array.from({ length: count }, () => balancer.pick(0, excludedMask));
}

function tally(chosen: readonly number[], count: number): number[] {
  const tallies = new Array<number>(count).fill(0);
  for (const index of chosen) tallies[index] = (tallies[index] ?? 0) + 1;
  return tallies;
}

/** Bits of the indices below 32 that hold. */
function maskOf(flags: readonly boolean[]): number {
  return flags.reduce((mask, flag, index) => (flag && index < 32 ? mask | (1 << index) : mask), 0);
}

describe.each([...NAMES])("%s", (name) => {
  test("chooses only what is healthy and not excluded, and nobody when there is none", () => {
    const backend = fc.record({
      weight: fc.integer({ min: 1, max: 1000 }),
      healthy: fc.boolean(),
      excluded: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(backend, { minLength: 1, maxLength: 70 }), fc.boolean(), (backends, isEven) => {
        const balancer = balancerOf(name, isEven ? backends.map(() => 100) : backends.map(({ weight }) => weight));
        backends.forEach(({ healthy }, index) => balancer.setHealthy(index, healthy));
        const mask = maskOf(backends.map(({ excluded }) => excluded));
        const eligible = backends.flatMap(({ healthy, excluded }, index) =>
          healthy && !(excluded && index < 32) ? [index] : [],
        );
        const expected = eligible.length === 0 ? [-1] : eligible;
        for (const chosen of picks(balancer, 20, mask)) {
          expect(expected).toContain(chosen);
          if (chosen >= 0) balancer.onRequestStart(chosen);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("gives each backend its share by weight", () => {
    const weights = [500, 250, 200, 50];
    const tallies = tally(picks(balancerOf(name, weights), 10_000), 4);
    weights.forEach((weight, index) => {
      expect(Math.abs((tallies[index] ?? 0) - weight * 10)).toBeLessThan(name === "random" ? 250 : 30);
    });
  });

  test("gives exact shares by the smallest weights", () => {
    const tallies = tally(picks(balancerOf(name, [1, 1, 2]), 8000), 3);
    [2000, 2000, 4000].forEach((share, index) => expect(Math.abs((tallies[index] ?? 0) - share)).toBeLessThan(250));
  });

  test("knows of the first 32 only that they are excluded", () => {
    const balancer = balancerOf(name, new Array<number>(33).fill(10));
    expect(picks(balancer, 3, -1)).toEqual([32, 32, 32]);
  });

  test("shares among those that are left when one is ill or excluded", () => {
    for (const weights of [
      [100, 100, 100],
      [100, 500, 100],
    ]) {
      const balancer = balancerOf(name, weights);
      const withoutExcluded = tally(picks(balancer, 2000, 0b010), 3);
      expect(withoutExcluded[1]).toBe(0);
      expect(withoutExcluded[0]).toBeGreaterThan(850);
      balancer.setHealthy(1, false);
      const withoutIll = tally(picks(balancer, 2000), 3);
      expect(withoutIll[1]).toBe(0);
      expect(withoutIll[2]).toBeGreaterThan(850);
    }
  });

  test("takes a backend back that is healthy again", () => {
    const balancer = balancerOf(name, [100, 300]);
    balancer.setHealthy(0, false);
    expect(new Set(picks(balancer, 50))).toEqual(new Set([1]));
    balancer.setHealthy(0, true);
    expect(tally(picks(balancer, 400), 2)[0]).toBeGreaterThan(50);
  });

  test("has nobody to choose from an empty list", () => {
    expect(balancerOf(name, []).pick(0, 0)).toBe(-1);
  });

  test("works with a thousand backends", () => {
    const balancer = balancerOf(
      name,
      Array.from({ length: 1000 }, (_, index) => (index % 2) + 1),
    );
    for (let index = 0; index < 999; index++) balancer.setHealthy(index, false);
    expect(picks(balancer, 5)).toEqual([999, 999, 999, 999, 999]);
    balancer.setHealthy(999, false);
    expect(balancer.pick(0, 0)).toBe(-1);
  });
});

describe("round-robin", () => {
  test("goes round in order, from anywhere", () => {
    const order = picks(balancerOf("round-robin", [7, 7, 7, 7]), 12);
    const first = order[0] ?? 0;
    expect(order).toEqual(order.map((_, step) => (first + step) % 4));
  });

  test("gives exactly the weights in each round, and never the heavy one many times in a row", () => {
    const order = picks(balancerOf("round-robin", [5, 1, 1]), 70);
    for (let start = 0; start + 7 <= order.length; start += 7) {
      const window = order.slice(start, start + 7);
      // A round that begins in the middle of the order may have borrowed one from the round before.
      expect(tally(window, 3)[0]).toBe(5);
    }
    expect(order.join("")).not.toContain("00000");
  });

  test("does not give the share of an ill backend to its neighbour alone", () => {
    const balancer = balancerOf("round-robin", [100, 100, 100, 100]);
    balancer.setHealthy(1, false);
    expect(tally(picks(balancer, 300), 4)).toEqual([100, 0, 100, 100]);
  });
});

describe("least-connections", () => {
  test("chooses the fewest requests in flight", () => {
    const balancer = balancerOf("least-connections", [100, 100, 100]);
    for (const index of [0, 0, 1, 2, 2]) balancer.onRequestStart(index);
    expect(balancer.pick(0, 0)).toBe(1);
    balancer.onRequestEnd(0, 1);
    balancer.onRequestEnd(0, 1);
    expect(balancer.pick(0, 0)).toBe(0);
  });

  test("counts requests in flight against the weight", () => {
    const balancer = balancerOf("least-connections", [100, 300]);
    const inFlight = tally(
      Array.from({ length: 40 }, () => {
        const chosen = balancer.pick(0, 0);
        balancer.onRequestStart(chosen);
        return chosen;
      }),
      2,
    );
    expect(inFlight).toEqual([10, 30]);
  });

  test("keeps a large group level and by weight although it looks at two only", () => {
    const weights = Array.from({ length: 100 }, (_, index) => (index < 50 ? 100 : 300));
    const balancer = balancerOf("least-connections", weights);
    for (let request = 0; request < 20_000; request++) balancer.onRequestStart(balancer.pick(0, 0));
    // 20,000 over a weight of 20,000: each backend should have as many as its weight, give or take a few.
    weights.forEach((weight, index) => {
      expect(Math.abs(balancer.activeRequests(index) - weight)).toBeLessThan(20);
    });
  });
});

test("requests in flight never fall below none", () => {
  const balancer = balancerOf("round-robin", [1]);
  balancer.onRequestEnd(0, -1);
  expect(balancer.activeRequests(0)).toBe(0);
  balancer.onRequestStart(0);
  expect(balancer.activeRequests(0)).toBe(1);
});
