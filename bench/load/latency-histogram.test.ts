import { expect, test } from "bun:test";
import fc from "fast-check";
import { LatencyHistogram } from "./latency-histogram.ts";

test("an empty histogram has only zeros", () => {
  const histogram = new LatencyHistogram();
  expect([histogram.count, histogram.percentile(0.5), histogram.maxMs]).toEqual([0, 0, 0]);
});

test("percentiles are those of the sorted list, to within one per cent", () => {
  const latencies = fc.array(fc.double({ min: 0.002, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(latencies, fc.constantFrom(0.01, 0.5, 0.9, 0.99, 1), (all, fraction) => {
      const histogram = new LatencyHistogram();
      for (const latency of all) histogram.record(latency);
      const sorted = all.toSorted((a, b) => a - b);
      const exact = sorted[Math.ceil(fraction * sorted.length) - 1] ?? 0;
      expect(Math.abs(histogram.percentile(fraction) - exact) / exact).toBeLessThan(0.0101);
    }),
  );
});

test("no percentile is above the largest latency, and latencies beyond the range are counted", () => {
  const histogram = new LatencyHistogram();
  histogram.record(1e9);
  histogram.record(0);
  expect(histogram.count).toBe(2);
  expect(histogram.maxMs).toBe(1e9);
  expect(histogram.percentile(1)).toBeLessThanOrEqual(1e9);
});
