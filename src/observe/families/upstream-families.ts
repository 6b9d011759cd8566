import { HISTOGRAM_CELL_COUNT, LATENCY_BOUNDS_MS, REQUEST_CELL_COUNT, type MetricsLayout } from "../metrics-layout.ts";
import { OUTCOME_NAMES, STATUS_CLASS_NAMES } from "../outcome.ts";
import type { Emit, EmitHistogram, Labels, MetricFamily } from "./metric-family.ts";
import type { SummedCounters } from "./summed-counters.ts";

/** Requests and latencies by upstream and backend. */
export function createUpstreamFamilies(counters: SummedCounters, layout: MetricsLayout): MetricFamily[] {
  const { upstreams } = layout.topology;
  return [
    {
      type: "counter",
      name: "spooky_upstream_requests_total",
      help: "Finished requests by upstream, status class and outcome.",
      labelNames: ["upstream", "status_class", "outcome"],
      collect(emit) {
        upstreams.forEach(({ name }, index) =>
          emitRequests(counters, layout.upstreamCells[index], { upstream: name }, emit),
        );
      },
    },
    {
      type: "counter",
      name: "spooky_backend_requests_total",
      help: "Finished requests by upstream, backend, status class and outcome.",
      labelNames: ["upstream", "backend", "status_class", "outcome"],
      collect(emit) {
        upstreams.forEach(({ name, backends }, index) =>
          backends.forEach((backend, place) =>
            emitRequests(counters, layout.backendCells[index]?.[place], { upstream: name, backend }, emit),
          ),
        );
      },
    },
    {
      type: "histogram",
      name: "spooky_upstream_request_latency_ms",
      help: "Time from a request's head to the end of its answer, in milliseconds.",
      labelNames: ["upstream", "outcome"],
      bounds: LATENCY_BOUNDS_MS,
      collect(emit) {
        upstreams.forEach(({ name }, index) => emitLatencies(counters, layout.upstreamCells[index], name, emit));
      },
    },
  ];
}

/** Only what happened at least once: the combinations are many and most never occur. */
function emitRequests(counters: SummedCounters, firstCell: number | undefined, labels: Labels, emit: Emit): void {
  if (firstCell === undefined) return;
  STATUS_CLASS_NAMES.forEach((status_class, statusClass) =>
    OUTCOME_NAMES.forEach((outcome, place) => {
      const value = counters.sum(firstCell + statusClass * OUTCOME_NAMES.length + place);
      if (value > 0) emit({ ...labels, status_class, outcome }, value);
    }),
  );
}

function emitLatencies(
  counters: SummedCounters,
  firstCell: number | undefined,
  upstream: string,
  emit: EmitHistogram,
): void {
  if (firstCell === undefined) return;
  OUTCOME_NAMES.forEach((outcome, place) => {
    const first = firstCell + REQUEST_CELL_COUNT + place * HISTOGRAM_CELL_COUNT;
    const counts = Array.from({ length: LATENCY_BOUNDS_MS.length + 1 }, (_, bucket) => counters.sum(first + bucket));
    if (counts.some((value) => value > 0)) {
      emit({ upstream, outcome }, counts, counters.sum(first + HISTOGRAM_CELL_COUNT - 1));
    }
  });
}
