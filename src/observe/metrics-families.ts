/**
 * Every metric there is. Names, types and labels are those that dashboards and alerts of the Rust program of the same
 * name ask for; the rest are our own.
 * @module
 */
import { createDownstreamFamilies } from "./families/downstream-families.ts";
import { createFilterFamilies } from "./families/filter-families.ts";
import type { MetricFamily } from "./families/metric-family.ts";
import { createRequestFamilies } from "./families/request-families.ts";
import { createRouteFamilies } from "./families/route-families.ts";
import { createShardFamilies, type ShardStatus } from "./families/shard-families.ts";
import { SummedCounters } from "./families/summed-counters.ts";
import { createUpstreamFamilies } from "./families/upstream-families.ts";
import type { MetricsLayout } from "./metrics-layout.ts";

/** The families. Values are read from `memory` and `shards` anew at each collection. */
export function createMetricFamilies(
  memory: ArrayBuffer,
  layout: MetricsLayout,
  shards: () => readonly ShardStatus[],
): readonly MetricFamily[] {
  const counters = new SummedCounters(memory, layout);
  return [
    ...createRequestFamilies(counters),
    ...createUpstreamFamilies(counters, layout),
    ...createRouteFamilies(counters, layout),
    ...createDownstreamFamilies(counters, layout),
    ...createFilterFamilies(counters, layout),
    ...createShardFamilies(shards),
  ];
}
