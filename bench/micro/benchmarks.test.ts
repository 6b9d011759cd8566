import { expect, test } from "bun:test";
import { headerFilterBenchmarks } from "./header-filter.ts";
import { pickingBenchmarks } from "./picking.ts";
import { routingBenchmarks } from "./routing.ts";
import { shippedFilterBenchmarks } from "./shipped-filters.ts";
import { validationBenchmarks } from "./validation.ts";

// Each benchmark checks its own result and throws when it is wrong, so that nothing wrong is ever called fast.
test("every micro benchmark does what it is to measure", async () => {
  const benchmarks = [
    ...routingBenchmarks(),
    ...pickingBenchmarks(),
    ...(await headerFilterBenchmarks()),
    ...(await shippedFilterBenchmarks()),
    ...validationBenchmarks(),
  ];
  expect(new Set(benchmarks.map(({ name }) => name)).size).toBe(benchmarks.length);
  for (const { name, run } of benchmarks) {
    for (let i = 0; i < 200; i++) expect(run(), name).toBeDefined();
  }
});
