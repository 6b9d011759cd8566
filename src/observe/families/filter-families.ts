import type { MetricsLayout } from "../metrics-layout.ts";
import type { ValueFamily } from "./metric-family.ts";
import type { SummedCounters } from "./summed-counters.ts";

/** What the filters were run for, by name. */
export function createFilterFamilies(counters: SummedCounters, layout: MetricsLayout): ValueFamily[] {
  const family = (name: string, help: string, offset: number): ValueFamily => ({
    type: "counter",
    name,
    help,
    labelNames: ["filter"],
    collect(emit) {
      layout.topology.filters.forEach((filter, index) =>
        emit({ filter }, counters.sum((layout.filterCells[index] ?? 0) + offset)),
      );
    },
  });
  return [
    family("spooky_filter_calls_total", "Requests that the filter was run for.", 0),
    family("spooky_filter_failures_total", "Requests for which the filter failed.", 1),
  ];
}
