import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Balancer } from "../policy.ts";
import { createBalancer } from "./balancer.ts";
import { loadPolicyModule } from "./load-policy-module.ts";

const NAMES = ["consistent-hash", "sticky-cid"] as const;
const MODULES = new Map(NAMES.map((name) => [name, loadPolicyModule({ builtin: name })]));

function balancerOf(name: (typeof NAMES)[number], weights: readonly number[], ids?: readonly string[]): Balancer {
  const module = MODULES.get(name);
  if (module === undefined) throw new Error(name);
  return createBalancer(
    module,
    weights.map((weight, index) => ({ id: ids?.[index] ?? `backend-${index}`, weight })),
  );
}

/** The backends of the keys 0 to `count` - 1, which differ in their low bits only: the worst that a hash gives. */
function picks(balancer: Balancer, count: number, excludedMask = 0): number[] {
  return Array.from({ length: count }, (_, key) => balancer.pick(key, excludedMask));
}

function tally(chosen: readonly number[], count: number): number[] {
  const tallies = new Array<number>(count).fill(0);
  for (const index of chosen) tallies[index] = (tallies[index] ?? 0) + 1;
  return tallies;
}

const KEYS = 100_000;

describe.each([...NAMES])("%s", (name) => {
  test.each([
    [[100, 100, 100, 100, 100]],
    [[500, 250, 200, 50]],
    [[1, 1000]],
    [new Array<number>(40).fill(7)],
    [[1, 2, 3, 4, 5, 6, 7, 8]],
  ])("gives each backend its share of the keys by weight: %j", (weights) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const tallies = tally(picks(balancerOf(name, weights), KEYS), weights.length);
    weights.forEach((weight, index) => {
      // Of all keys, not of the backend's own: a small share would need many more keys to be that exact.
      expect(Math.abs((tallies[index] ?? 0) / KEYS - weight / total)).toBeLessThan(
        0.02 * Math.max(weight / total, 0.25),
      );
    });
  });

  test("makes the same choice in every instance, whatever the order of the backends", () => {
    const ids = ["a", "b", "c", "d", "e"];
    const weights = [100, 300, 100, 50, 1000];
    const first = picks(balancerOf(name, weights, ids), 2000);
    expect(picks(balancerOf(name, weights, ids), 2000)).toEqual(first);
    const reversed = picks(balancerOf(name, weights.toReversed(), ids.toReversed()), 2000);
    expect(reversed.map((index) => 4 - index)).toEqual(first);
  });

  test("stays what it is: keys would move with it in a new version", () => {
    expect(picks(balancerOf(name, [1, 1, 1, 1]), 12).join("")).toMatchInlineSnapshot(`"033022030111"`);
    expect(picks(balancerOf(name, [1, 2, 3, 4]), 12).join("")).toMatchInlineSnapshot(`"333322233131"`);
  });

  test.each([
    [[100, 100, 100, 100, 100, 100, 100, 100, 100, 100]],
    [[100, 200, 100, 200, 100, 200, 100, 200, 100, 200]],
  ])("moves only the keys of a backend that leaves, and spreads them: %j", (weights) => {
    const before = picks(balancerOf(name, weights), 20_000);
    const balancer = balancerOf(name, weights);
    balancer.setHealthy(3, false);
    const after = picks(balancer, 20_000);
    const moved = after.filter((_, key) => before[key] === 3);
    expect(after.every((index, key) => before[key] === 3 || index === before[key])).toBe(true);
    expect(moved).not.toContain(3);
    expect(moved.length / 20_000).toBeCloseTo((weights[3] ?? 0) / weights.reduce((sum, one) => sum + one, 0), 2);
    const shares = tally(moved, 10);
    for (const [index, share] of shares.entries()) if (index !== 3) expect(share).toBeGreaterThan(moved.length / 25);
    balancer.setHealthy(3, true);
    expect(picks(balancer, 20_000)).toEqual(before);
    // One that was never there is one that left.
    const without = (_: unknown, index: number): boolean => index !== 3;
    const ids = weights.map((_, index) => `backend-${index}`).filter(without);
    const fewer = picks(balancerOf(name, weights.filter(without), ids), 20_000);
    expect(fewer.map((index) => (index < 3 ? index : index + 1))).toEqual(after);
  });

  test("moves keys only to a backend that weighs more than before", () => {
    // From equal to unequal weights, which are two ways of choosing.
    const before = picks(balancerOf(name, [100, 100, 100]), 20_000);
    const after = picks(balancerOf(name, [100, 100, 150]), 20_000);
    const moved = after.filter((index, key) => index !== before[key]);
    expect(new Set(moved)).toEqual(new Set([2]));
    expect(moved.length / 20_000).toBeCloseTo(150 / 350 - 1 / 3, 2);
  });

  test("sends a retry where the key would go without the excluded backends", () => {
    const balancer = balancerOf(name, [100, 100, 300, 100]);
    const excluded = picks(balancer, 2000, 0b0100);
    balancer.setHealthy(2, false);
    expect(excluded).toEqual(picks(balancer, 2000));
  });

  test("chooses only what is healthy and not excluded, and nobody when there is none", () => {
    const backend = fc.record({
      weight: fc.integer({ min: 1, max: 1000 }),
      healthy: fc.boolean(),
      excluded: fc.boolean(),
      active: fc.nat(20),
    });
    fc.assert(
      fc.property(fc.array(backend, { maxLength: 70 }), fc.boolean(), fc.integer(), (backends, isEven, key) => {
        const weights = backends.map(({ weight }) => (isEven ? 100 : weight));
        const balancer = balancerOf(name, weights);
        let mask = 0;
        for (const [index, { healthy, excluded, active }] of backends.entries()) {
          balancer.setHealthy(index, healthy);
          for (let i = 0; i < active; i++) balancer.onRequestStart(index);
          if (excluded && index < 32) mask |= 1 << index;
        }
        const eligible = backends.flatMap(({ healthy, excluded }, index) =>
          healthy && !(excluded && index < 32) ? [index] : [],
        );
        expect(eligible.length === 0 ? [-1] : eligible).toContain(balancer.pick(key, mask));
      }),
      { numRuns: 500 },
    );
  });
});

describe("consistent-hash", () => {
  test.each([[[100, 100, 100, 100]], [[100, 200, 300, 1000]], [[1]], [new Array<number>(50).fill(1)]])(
    "lets none have more than 1.25 times its part of what is in flight, even for one key: %j",
    (weights) => {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const balancer = balancerOf("consistent-hash", weights);
      for (let count = 1; count <= 2000; count++) {
        const chosen = balancer.pick(4711, 0);
        balancer.onRequestStart(chosen);
        const limit = Math.ceil((1.25 * count * (weights[chosen] ?? 0)) / total + 1e-9);
        expect(balancer.activeRequests(chosen)).toBeLessThanOrEqual(limit);
      }
    },
  );

  test("goes back to the backend of the key when it has room again", () => {
    const balancer = balancerOf("consistent-hash", [100, 100, 100]);
    const own = balancer.pick(5, 0);
    balancer.onRequestStart(own);
    const other = balancer.pick(5, 0);
    expect(other).not.toBe(own);
    balancer.onRequestStart(other);
    balancer.onRequestEnd(own, 1);
    expect(balancer.pick(5, 0)).toBe(own);
  });

  test("does not count requests to ill backends", () => {
    const balancer = balancerOf("consistent-hash", [100, 100, 100]);
    for (let i = 0; i < 100; i++) balancer.onRequestStart(2);
    balancer.setHealthy(2, false);
    const own = balancer.pick(5, 0);
    balancer.onRequestStart(own);
    balancer.onRequestStart(own);
    expect(balancer.pick(5, 0)).toBe(1 - own);
  });
});

test("sticky-cid stays with its backend however busy that is", () => {
  const balancer = balancerOf("sticky-cid", [100, 100, 100]);
  const own = balancer.pick(5, 0);
  for (let i = 0; i < 1000; i++) balancer.onRequestStart(own);
  expect(balancer.pick(5, 0)).toBe(own);
});
