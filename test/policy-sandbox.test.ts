import { beforeAll, describe, expect, test } from "bun:test";
import { SpookyError } from "../src/errors/spooky-error.ts";
import { createBalancer } from "../src/filter/policy/balancer.ts";
import { compilePolicy } from "../src/filter/policy/load-policy-module.ts";
import { DEFAULT_POLICY_LIMITS, type PolicyLimits } from "../src/filter/policy/policy-limits.ts";
import { createRouter } from "../src/filter/policy/router.ts";
import type { Balancer, Router, RouteSpec } from "../src/filter/policy.ts";
import { compileSource } from "../scripts/build-wasm.ts";

const LIMITS: PolicyLimits = { ...DEFAULT_POLICY_LIMITS, callDeadlineMs: 20, startDeadlineMs: 100 };
const ROUTE: RouteSpec = { host: "", pathPrefix: "/", method: "", upstreamName: "u" };
const BACKENDS = Array.from({ length: 20 }, (_, index) => ({ id: `b${index}`, weight: 5 }));

let routerBytes: Uint8Array;
let routerModule: WebAssembly.Module;
let balancerModule: WebAssembly.Module;

beforeAll(async () => {
  routerBytes = await compileSource("filters/fixtures/hostile-router.ts");
  const balancerBytes = await compileSource("filters/fixtures/hostile-balancer.ts");
  routerModule = compilePolicy(routerBytes, "hostile-router", LIMITS);
  balancerModule = compilePolicy(balancerBytes, "hostile-balancer", LIMITS);
});

function failureOf(action: () => unknown): SpookyError {
  try {
    action();
  } catch (error) {
    if (error instanceof SpookyError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("a router that misbehaves", () => {
  let router: Router;
  beforeAll(() => {
    router = createRouter(routerModule, [ROUTE, ROUTE], LIMITS);
  });

  test.each([
    ["runs for ever", "/l", /20 ms/],
    ["recurses for ever", "/r", /stack|20 ms/i],
    ["traps", "/u", /unreachable/i],
    ["reads out of bounds", "/o", /bounds/i],
    ["aborts", "/a", /abort: no such luck/],
    ["names a route that is not there", "/n", /no route 1000/],
  ])("that %s fails the request, and a new instance serves the next", (_name, path, detail) => {
    router.match("h", "/", "GET");
    expect(router.match("h", "/", "GET")).toBe(1);
    const startedAt = performance.now();
    const failure = failureOf(() => router.match("h", path, "GET"));
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(failure.code).toBe("SPK_POLICY_FAILED");
    expect(failure.detail).toMatch(detail);
    // 0 is what only the first call of an instance gives.
    expect(router.match("h", "/", "GET")).toBe(0);
    expect(router.match("h", "/", "GET")).toBe(1);
  });

  test("is not stopped too early: the deadline is per call", () => {
    const endsAt = performance.now() + 60;
    while (performance.now() < endsAt) router.match("h", "/", "GET");
    expect(router.match("h", "/", "GET")).toBe(1);
  });

  test("may grow its memory between two requests, and within one", () => {
    router.match("h", "/", "GET");
    for (let round = 0; round < 5; round++) {
      expect(router.match("h", "/g", "GET")).toBe(0);
      expect(router.match("host.e", "/e", "GET")).toBe(1);
      expect(router.match("host.f", "/e", "GET")).toBe(0);
      expect(router.match(`${"h".repeat(2000 * (round + 1))}e`, "/e", "GET")).toBe(1);
    }
  });

  test("cannot grow beyond its limit", () => {
    const small = { ...LIMITS, memoryMaxBytes: 5 * 65536 };
    const bounded = createRouter(compilePolicy(routerBytes, "small", small), [ROUTE, ROUTE], small);
    const answers = Array.from({ length: 8 }, () => bounded.match("h", "/g", "GET"));
    expect(answers).toContain(0);
    expect(answers.at(-1)).toBe(-1);
  });

  test("that refuses a route is not started", () => {
    const failure = failureOf(() => createRouter(routerModule, [{ ...ROUTE, host: "refused.example" }], LIMITS));
    expect(failure.code).toBe("SPK_MODULE_CONFIG_REFUSED");
  });

  test("that takes for ever over its routes is stopped", () => {
    const startedAt = performance.now();
    const failure = failureOf(() => createRouter(routerModule, [{ ...ROUTE, host: "loop.example" }], LIMITS));
    expect(performance.now() - startedAt).toBeLessThan(1000);
    expect(failure.code).toBe("SPK_MODULE_START_FAILED");
  });
});

describe("a balancer that misbehaves", () => {
  let balancer: Balancer;
  beforeAll(() => {
    balancer = createBalancer(balancerModule, BACKENDS, LIMITS);
  });

  test.each([
    ["runs for ever", 1, /20 ms/],
    ["traps", 2, /unreachable/i],
    ["names a backend that is not there", 3, /no backend 20/],
    ["names none in its own way", 6, /no backend -2/],
  ])("that %s fails the request, and the next one is served", (_name, order, detail) => {
    const failure = failureOf(() => balancer.pick(order, 0));
    expect(failure.code).toBe("SPK_POLICY_FAILED");
    expect(failure.detail).toMatch(detail);
    expect(balancer.pick(0, 0)).toBe(0);
  });

  const field = (order: number, index: number): number => balancer.pick(order, index);

  test("is told of each change in its own memory", () => {
    expect([field(10, 3), field(11, 3), field(12, 3), field(13, 3)]).toEqual([5, 1, 0, -1]);
    const generation = field(14, 0);
    balancer.onRequestStart(3);
    balancer.onRequestStart(3);
    balancer.onRequestStart(3);
    balancer.onRequestEnd(3, 10);
    expect([field(12, 3), field(13, 3)]).toEqual([2, 10]);
    expect(field(14, 0)).toBe(generation);
    balancer.setHealthy(3, false);
    expect([field(11, 3), field(14, 0)]).toEqual([0, generation + 1]);
    balancer.setHealthy(3, false);
    expect(field(14, 0)).toBe(generation + 1);
  });

  test.each([
    ["grew its memory", 4],
    ["wrote over its table and trapped", 5],
  ])("that %s is told all the same", (_name, order) => {
    const before = [field(11, 3), field(12, 3), field(13, 3)];
    balancer.pick(order, 0);
    if (order === 5) failureOf(() => balancer.pick(2, 0));
    expect(before).toEqual([0, 2, 10]);
    expect([field(11, 3), field(12, 3), field(13, 3)]).toEqual(before);
    balancer.onRequestStart(3);
    expect([field(12, 3), balancer.activeRequests(3)]).toEqual([3, 3]);
    balancer.onRequestEnd(3, -1);
    expect([field(12, 3), field(13, 3)]).toEqual([2, 10]);
  });
});
