import { FILTER_CELL, type MetricsLayout } from "../metrics-layout.ts";
import type { ValueFamily } from "./metric-family.ts";
import type { SummedCounters } from "./summed-counters.ts";

/** What the filters were run for and how they fare, by name. */
export function createFilterFamilies(counters: SummedCounters, layout: MetricsLayout): ValueFamily[] {
  const family = (
    type: ValueFamily["type"],
    name: string,
    help: string,
    read: (firstCell: number) => number,
  ): ValueFamily => ({
    type,
    name,
    help,
    labelNames: ["filter"],
    collect(emit) {
      layout.topology.filters.forEach((filter, index) => emit({ filter }, read(layout.filterCells[index] ?? 0)));
    },
  });
  const count = (name: string, help: string, offset: number): ValueFamily =>
    family("counter", name, help, (firstCell) => counters.sum(firstCell + offset));
  return [
    count("spooky_filter_calls_total", "Requests that the filter was to run for.", FILTER_CELL.calls),
    count("spooky_filter_failures_total", "Requests for which the filter failed.", FILTER_CELL.failures),
    count("spooky_filter_rebuilds_total", "Instances built in place of one that died.", FILTER_CELL.rebuilds),
    family(
      "gauge",
      "spooky_filter_state",
      "The worst of all shards: serving (0), rebuilding or held back (1), quarantined (2), failed for good (3).",
      (firstCell) => counters.highest(firstCell + FILTER_CELL.state),
    ),
  ];
}
