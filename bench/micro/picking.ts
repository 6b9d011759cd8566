import { createBalancer } from "../../src/filter/policy/balancer.ts";
import { loadPolicyModule } from "../../src/filter/policy/load-policy-module.ts";
import type { Benchmark } from "./measure.ts";

const BACKEND_COUNT = 8;
const BALANCERS = [
  "round-robin",
  "random",
  "least-connections",
  "consistent-hash",
  "latency-aware",
  "sticky-cid",
] as const;

/** Choosing one of eight backends and telling the balancer of the request's start and end. */
export function pickingBenchmarks(): Benchmark[] {
  return BALANCERS.map((builtin) => {
    const backends = Array.from({ length: BACKEND_COUNT }, (_, i) => ({ id: `backend-${i}`, weight: 100 }));
    const balancer = createBalancer(loadPolicyModule({ builtin }), backends);
    let keyHash = 0;
    return {
      name: `pick, ${builtin}`,
      run: () => {
        const index = balancer.pick(keyHash++ | 0, 0);
        if (index < 0 || index >= BACKEND_COUNT) throw new Error(`${builtin} picked ${index}`);
        balancer.onRequestStart(index);
        balancer.onRequestEnd(index, 1);
        return index;
      },
    };
  });
}
