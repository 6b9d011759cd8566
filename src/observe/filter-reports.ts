import { SummedCounters } from "./families/summed-counters.ts";
import { FILTER_STATE_NAMES } from "./filter-state.ts";
import { FILTER_CELL, type MetricsLayout } from "./metrics-layout.ts";

/** One filter of the config, and the worst state that it has in any shard. */
export interface FilterReport {
  readonly name: string;
  /** A key of `FILTER_STATE`. */
  readonly state: string;
}

/** Gives a function that tells how the filters fare now, from the memory that the shards write to. */
export function createFilterReports(memory: ArrayBuffer, layout: MetricsLayout): () => readonly FilterReport[] {
  const counters = new SummedCounters(memory, layout);
  return () =>
    layout.topology.filters.map((name, index) => {
      const state = counters.highest((layout.filterCells[index] ?? 0) + FILTER_CELL.state);
      return { name, state: FILTER_STATE_NAMES[state] ?? String(state) };
    });
}
