/** The macro benchmark, small: a driver that counts wrongly would make every figure worthless. */
import { describe, expect, test } from "bun:test";
import { runLoad } from "../bench/load/run-load.ts";
import { runScenario } from "../bench/macro/scenario.ts";
import { startDemoBackend } from "../src/cli/demo/backend.ts";
import { simpleUpstream, startProxy } from "./support/proxy.ts";

const LOAD = { connectionCount: 2, streamCount: 2, warmUpMs: 100 } as const;

describe("the macro benchmark", () => {
  for (const protocol of ["h3", "h2"] as const) {
    test(`counts whole answers over ${protocol}`, async () => {
      const scenario = { ...LOAD, protocol, shardCount: 1, responseBytes: 300, durationMs: 500 };
      const result = await runScenario(scenario);
      expect(result.failureCount).toBe(0);
      expect(result.requestCount).toBeGreaterThan(20);
      expect(result.bodyBytes).toBe(result.requestCount * 300);
      expect(result.elapsedMs).toBeGreaterThanOrEqual(495);
      expect(result.cpuMicrosPerRequest).toBeGreaterThan(1);
      expect(result.medianMs).toBeLessThanOrEqual(result.p99Ms);
      expect(result.p99Ms).toBeLessThanOrEqual(result.maxMs);
    });

    test(`counts as many requests over ${protocol} as the proxy does, and every refusal as a failure`, async () => {
      const backend = await startDemoBackend(0);
      const proxy = await startProxy({
        upstream: simpleUpstream(`http://127.0.0.1:${backend.port}`),
        logLevel: "warn",
      });
      try {
        const load = { ...LOAD, protocol, port: proxy.ports.listen, warmUpMs: 0, durationMs: 300 };
        const seen = async (): Promise<number> => (await proxy.metrics()).get("spooky_requests_total") ?? 0;
        const good = await runLoad({ ...load, path: "/bytes/10" }, () => {});
        const most = LOAD.connectionCount * LOAD.streamCount;
        await Bun.sleep(100);
        const difference = (await seen()) - good.requestCount;
        // Those in flight at the end are the proxy's alone.
        expect(difference).toBeGreaterThanOrEqual(0);
        expect(difference).toBeLessThanOrEqual(most);
        const bad = await runLoad({ ...load, path: "/nothing-here" }, () => {});
        expect(bad.requestCount).toBe(0);
        expect(bad.failureCount).toBeGreaterThan(0);
      } finally {
        await proxy.dispose();
        await backend.close();
      }
    });
  }
});
