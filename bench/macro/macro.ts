import { formatNumber, formatTable } from "../table.ts";
import { runScenario, type Scenario, type ScenarioResult } from "./scenario.ts";

/** Runs the scenarios one after the other and returns their table. A run with failures makes it throw. */
export async function runMacroBenchmarks(scenarios: readonly Scenario[]): Promise<string> {
  const rows: string[][] = [];
  for (const scenario of scenarios) {
    const result = await runScenario(scenario);
    if (result.failureCount > 0) throw new Error(`${describe(scenario)}: ${result.failureCount} requests failed`);
    rows.push([describe(scenario), ...figures(result)]);
  }
  return formatTable(["load", "requests/s", "CPU µs/request", "median ms", "p99 ms", "max ms", "proxy RSS MiB"], rows);
}

function describe({ protocol, shardCount, connectionCount, streamCount, responseBytes }: Scenario): string {
  const shards = shardCount === 1 ? "1 shard" : `${shardCount} shards`;
  return `${protocol}, ${shards}, ${connectionCount}×${streamCount}, ${formatNumber(responseBytes)} B`;
}

function figures(result: ScenarioResult): string[] {
  return [
    formatNumber(result.requestsPerSecond),
    formatNumber(result.cpuMicrosPerRequest, 1),
    formatNumber(result.medianMs, 2),
    formatNumber(result.p99Ms, 2),
    formatNumber(result.maxMs, 1),
    formatNumber(result.rssBytes / 2 ** 20),
  ];
}
