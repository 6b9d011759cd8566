import { expect, test } from "bun:test";
import { createFilterReports } from "./filter-reports.ts";
import { FILTER_STATE } from "./filter-state.ts";
import { createMetricsLayout } from "./metrics-layout.ts";
import { createShardMetrics } from "./shard-metrics.ts";

test("each filter is told by the worst state that it has in any shard", () => {
  const topology = { listeners: [], upstreams: [], filters: ["rewrite", "api/auth"], firstFilterOfUpstream: [] };
  const layout = createMetricsLayout(topology, 2);
  const memory = new ArrayBuffer(layout.bytes);
  const shards = [0, 1].map((index) => createShardMetrics(memory, layout, index));
  const reports = createFilterReports(memory, layout);
  const states = (): string[] => reports().map(({ name, state }) => `${name} ${state}`);

  expect(states()).toEqual(["rewrite serving", "api/auth serving"]);
  shards[0]?.filterStateChanged(1, FILTER_STATE.rebuilding);
  expect(states()).toEqual(["rewrite serving", "api/auth rebuilding"]);
  shards[1]?.filterStateChanged(1, FILTER_STATE.quarantined);
  expect(states()).toEqual(["rewrite serving", "api/auth quarantined"]);
  shards[1]?.filterStateChanged(1, FILTER_STATE.failed);
  expect(states()).toEqual(["rewrite serving", "api/auth failed"]);
  shards[1]?.filterStateChanged(1, FILTER_STATE.serving);
  expect(states()).toEqual(["rewrite serving", "api/auth rebuilding"]);
});
