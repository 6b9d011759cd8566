import type { MetricsConfig } from "../config/model.ts";
import type { MetricsExposition } from "../observe/metrics-exposition.ts";
import { type LoopbackServer, startLoopbackServer } from "./loopback-server.ts";

/** Serves the metrics on their path. Throws as {@link startLoopbackServer} does. */
export function startMetricsServer(config: MetricsConfig, exposition: MetricsExposition): LoopbackServer {
  return startLoopbackServer({
    address: config.address,
    port: config.port,
    answer: (path) => (path === config.path ? renderMetrics(exposition) : undefined),
  });
}

async function renderMetrics(exposition: MetricsExposition): Promise<Response> {
  return new Response(await exposition.render(), { headers: { "content-type": exposition.contentType } });
}
