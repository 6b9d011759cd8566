import { expect, test } from "bun:test";
import fc from "fast-check";
import { FILTER_STATE } from "./filter-state.ts";
import { CELL, createMetricsLayout, regionOf, type MetricsTopology } from "./metrics-layout.ts";
import { OUTCOME, RETRY_REASON } from "./outcome.ts";
import { createShardMetrics } from "./shard-metrics.ts";

const names = fc.array(fc.string({ minLength: 1, maxLength: 5 }), { maxLength: 4 });
const topologies: fc.Arbitrary<MetricsTopology> = fc.record({
  listeners: names,
  upstreams: fc.array(fc.record({ name: fc.string(), backends: names }), { maxLength: 4 }),
  filters: names,
  firstFilterOfUpstream: fc.constant([]),
});

/** Every cell that some call of the interface counts in, found by calling and looking. */
function touchedCells(topology: MetricsTopology): number[] {
  const layout = createMetricsLayout(topology, 1);
  const memory = new ArrayBuffer(layout.bytes);
  const cells = regionOf(memory, layout, 0);
  const metrics = createShardMetrics(memory, layout, 0);
  const touched: number[] = [];
  const look = (action: () => void): void => {
    cells.fill(0);
    action();
    cells.forEach((value, cell) => value !== 0 && touched.push(cell));
  };
  look(() => metrics.requestStarted());
  look(() => metrics.requestRejected());
  look(() => metrics.requestDenied());
  look(() => metrics.connectionClosed());
  look(() => metrics.beat());
  for (const reason of Object.values(RETRY_REASON)) look(() => metrics.retried(reason));
  for (const outcome of Object.values(OUTCOME)) look(() => metrics.requestFinished(-1, -1, 200, outcome, 1));
  topology.filters.forEach((_, filter) => {
    look(() => metrics.filterCalled(filter));
    look(() => metrics.filterFailed(filter));
    look(() => metrics.filterRebuilt(filter));
    look(() => metrics.filterStateChanged(filter, FILTER_STATE.failed));
  });
  return touched;
}

test("no two counters share a cell and none lies outside of the region", () => {
  fc.assert(
    fc.property(topologies, (topology) => {
      const touched = touchedCells(topology);
      expect(new Set(touched).size).toBe(touched.length);
      const layout = createMetricsLayout(topology, 3);
      const firsts = [
        ...layout.upstreamCells,
        ...layout.backendCells.flat(),
        ...layout.listenerCells,
        ...layout.filterCells,
      ];
      expect(new Set(firsts).size).toBe(firsts.length);
      expect(Math.max(CELL.requestsFinished, ...firsts)).toBeLessThan(layout.cellCount);
      expect(Math.min(...firsts, 1000)).toBeGreaterThanOrEqual(CELL.requestsFinished + Object.keys(OUTCOME).length);
      expect(layout.bytes).toBe(3 * layout.cellCount * 8);
    }),
  );
});

test("regions of two shards share no cache line", () => {
  fc.assert(
    fc.property(topologies, (topology) => {
      const layout = createMetricsLayout(topology, 2);
      expect((layout.cellCount * 8) % 128).toBe(0);
    }),
  );
});
