import type { MetricsLayout } from "../metrics-layout.ts";
import { OUTCOME, OUTCOME_NAMES, STATUS_CLASS_NAMES } from "../outcome.ts";
import type { ValueFamily } from "./metric-family.ts";
import type { SummedCounters } from "./summed-counters.ts";

/** Requests by route. A route is named after its upstream. */
export function createRouteFamilies(counters: SummedCounters, layout: MetricsLayout): ValueFamily[] {
  const family = (name: string, help: string, outcomes: readonly number[]): ValueFamily => ({
    type: "counter",
    name,
    help,
    labelNames: ["route"],
    collect(emit) {
      layout.topology.upstreams.forEach((upstream, index) => {
        const first = layout.upstreamCells[index] ?? 0;
        let total = 0;
        for (const outcome of outcomes) {
          for (let statusClass = 0; statusClass < STATUS_CLASS_NAMES.length; statusClass++) {
            total += counters.sum(first + statusClass * OUTCOME_NAMES.length + outcome);
          }
        }
        emit({ route: upstream.name }, total);
      });
    },
  });
  const all = Object.values(OUTCOME);
  const failed = all.filter((outcome) => outcome !== OUTCOME.success);
  return [
    family("spooky_route_requests_total", "Finished requests by route.", all),
    family("spooky_route_success_total", "Requests that ended well, by route.", [OUTCOME.success]),
    family("spooky_route_failure_total", "Requests that failed in any way, by route.", failed),
    family("spooky_route_timeout_total", "Requests that ended in a timeout, by route.", [OUTCOME.timeout]),
    family("spooky_route_backend_error_total", "Requests that ended in a backend error, by route.", [
      OUTCOME.backendError,
    ]),
    family("spooky_route_rate_limited_total", "Requests refused by rate limits, by route.", [OUTCOME.rateLimited]),
    family("spooky_route_overload_shed_total", "Requests refused by overload controls, by route.", [
      OUTCOME.overloadShed,
    ]),
  ];
}
