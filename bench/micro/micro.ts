import { formatNumber, formatTable } from "../table.ts";
import { headerFilterBenchmarks } from "./header-filter.ts";
import { measure } from "./measure.ts";
import { pickingBenchmarks } from "./picking.ts";
import { routingBenchmarks } from "./routing.ts";
import { shippedFilterBenchmarks } from "./shipped-filters.ts";
import { validationBenchmarks } from "./validation.ts";

/** Runs all micro benchmarks and returns their table. */
export async function runMicroBenchmarks(): Promise<string> {
  const benchmarks = [
    ...routingBenchmarks(),
    ...pickingBenchmarks(),
    ...(await headerFilterBenchmarks()),
    ...(await shippedFilterBenchmarks()),
    ...validationBenchmarks(),
  ];
  const rows: string[][] = [];
  for (const benchmark of benchmarks) {
    const { name, averageNs, medianNs, p99Ns } = await measure(benchmark);
    rows.push([
      name,
      formatNumber(averageNs),
      formatNumber(medianNs),
      formatNumber(p99Ns),
      formatNumber(1e9 / averageNs),
    ]);
  }
  return formatTable(["one call", "average ns", "median ns", "p99 ns", "calls/s"], rows);
}
