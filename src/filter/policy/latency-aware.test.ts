import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Balancer } from "../policy.ts";
import { createBalancer } from "./balancer.ts";
import { loadPolicyModule } from "./load-policy-module.ts";

const MODULE = loadPolicyModule({ builtin: "latency-aware" });

function balancerOf(weights: readonly number[]): Balancer {
  return createBalancer(
    MODULE,
    weights.map((weight, index) => ({ id: `b${index}`, weight })),
  );
}

/** A balancer whose backends have these latencies. */
function measured(weights: readonly number[], latenciesMs: readonly number[]): Balancer {
  const balancer = balancerOf(weights);
  for (const [index, latencyMs] of latenciesMs.entries()) measure(balancer, index, latencyMs);
  return balancer;
}

function measure(balancer: Balancer, index: number, latencyMs: number): void {
  balancer.onRequestStart(index);
  balancer.onRequestEnd(index, latencyMs);
}

function tally(balancer: Balancer, picks: number, count: number, excludedMask = 0): number[] {
  const tallies = new Array<number>(count).fill(0);
  for (let i = 0; i < picks; i++) {
    const chosen = balancer.pick(0, excludedMask);
    tallies[chosen] = (tallies[chosen] ?? 0) + 1;
  }
  return tallies;
}

test("prefers the faster backend, and looks at the slow one now and then", () => {
  const [fast = 0, slow = 0] = tally(measured([100, 100], [10, 100]), 10_000, 2);
  expect(fast + slow).toBe(10_000);
  expect(slow).toBeGreaterThan(900);
  expect(slow).toBeLessThan(1600);
});

test("almost never chooses the slowest of many", () => {
  const tallies = tally(
    measured(new Array<number>(20).fill(100), [500, ...new Array<number>(19).fill(10)]),
    20_000,
    20,
  );
  expect(tallies[0]).toBeLessThan(20);
});

test("goes by weight among backends that are as fast", () => {
  const weights = [500, 250, 200, 50];
  const tallies = tally(measured(weights, [20, 20, 20, 20]), 100_000, 4);
  weights.forEach((weight, index) =>
    expect(Math.abs((tallies[index] ?? 0) / 100_000 - weight / 1000)).toBeLessThan(0.01),
  );
});

test("sets what is in flight against the latency", () => {
  const balancer = measured([100, 100], [10, 40]);
  for (let i = 0; i < 200; i++) balancer.onRequestStart(balancer.pick(0, 0));
  // Four times as fast, so four times as many, but for those that were sent to find out.
  expect(balancer.activeRequests(0)).toBeGreaterThan(135);
  expect(balancer.activeRequests(0)).toBeLessThan(172);
});

test("sets what is in flight against the weight", () => {
  const balancer = measured([100, 300], [10, 10]);
  for (let i = 0; i < 400; i++) balancer.onRequestStart(balancer.pick(0, 0));
  expect(Math.abs(balancer.activeRequests(1) - 300)).toBeLessThan(30);
});

test("begins with the backends that have no measure, each in turn", () => {
  const balancer = balancerOf([100, 100, 100, 100]);
  measure(balancer, 2, 1);
  const first = [0, 1, 2].map(() => {
    const chosen = balancer.pick(0, 0);
    measure(balancer, chosen, 1000);
    return chosen;
  });
  expect(first.sort()).toEqual([0, 1, 3]);
  const [, , fast = 0] = tally(balancer, 1000, 4);
  expect(fast).toBeGreaterThan(300);
});

test("does not send everything to a backend that never gives a measure", () => {
  const balancer = balancerOf([100, 100, 100]);
  measure(balancer, 0, 50);
  measure(balancer, 1, 50);
  let failed = 0;
  for (let i = 0; i < 3000; i++) {
    const chosen = balancer.pick(0, 0);
    balancer.onRequestStart(chosen);
    if (chosen === 2) failed++;
    balancer.onRequestEnd(chosen, chosen === 2 ? -1 : 50);
  }
  expect(failed).toBeGreaterThanOrEqual(4);
  // All three draws must fall on it: one in 27, and the four tries.
  expect(failed).toBeLessThan(200);
});

test("tries one that is healthy again, if it has no measure yet", () => {
  const balancer = measured([100, 100], [1]);
  balancer.setHealthy(1, false);
  expect(tally(balancer, 100, 2)).toEqual([100, 0]);
  balancer.setHealthy(1, true);
  expect(balancer.pick(0, 0)).toBe(1);
});

test("chooses only what is healthy and not excluded, and nobody when there is none", () => {
  const backend = fc.record({
    weight: fc.integer({ min: 1, max: 1000 }),
    healthy: fc.boolean(),
    excluded: fc.boolean(),
    latencyMs: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
  });
  fc.assert(
    fc.property(fc.array(backend, { maxLength: 70 }), fc.boolean(), (backends, isEven) => {
      const balancer = balancerOf(backends.map(({ weight }) => (isEven ? 100 : weight)));
      let mask = 0;
      for (const [index, { healthy, excluded, latencyMs }] of backends.entries()) {
        balancer.setHealthy(index, healthy);
        if (latencyMs !== null) measure(balancer, index, latencyMs);
        if (excluded && index < 32) mask |= 1 << index;
      }
      const eligible = backends.flatMap(({ healthy, excluded }, index) =>
        healthy && !(excluded && index < 32) ? [index] : [],
      );
      const expected = eligible.length === 0 ? [-1] : eligible;
      for (let i = 0; i < 20; i++) {
        const chosen = balancer.pick(0, mask);
        expect(expected).toContain(chosen);
        if (chosen >= 0) balancer.onRequestStart(chosen);
      }
    }),
    { numRuns: 300 },
  );
});
