import { beforeEach, describe, expect, test } from "bun:test";
import type { ShardStatus } from "./families/shard-families.ts";
import { FILTER_STATE } from "./filter-state.ts";
import { createMetricsExposition, type MetricsExposition } from "./metrics-exposition.ts";
import { createMetricFamilies } from "./metrics-families.ts";
import { createMetricsLayout } from "./metrics-layout.ts";
import { OUTCOME, RETRY_REASON } from "./outcome.ts";
import { createShardMetrics, type ShardMetrics } from "./shard-metrics.ts";

const layout = createMetricsLayout(
  {
    listeners: ["127.0.0.1:9889", "[::1]:9890"],
    upstreams: [
      { name: "api", backends: ["b1", "b2"] },
      { name: 'odd "name"\n', backends: ["b1"] },
    ],
    filters: ["rewrite", "api/auth"],
    firstFilterOfUpstream: [1, 2],
  },
  2,
);
const statuses: readonly ShardStatus[] = [
  { isReady: true, restartCount: 0, crashCount: 0 },
  { isReady: false, restartCount: 3, crashCount: 2 },
];

let first: ShardMetrics;
let second: ShardMetrics;
let exposition: MetricsExposition;

beforeEach(() => {
  const memory = new ArrayBuffer(layout.bytes);
  first = createShardMetrics(memory, layout, 0);
  second = createShardMetrics(memory, layout, 1);
  exposition = createMetricsExposition(createMetricFamilies(memory, layout, () => statuses));
});

/** Value by `name{labels}` as it stands in the text. */
async function values(): Promise<Map<string, number>> {
  const lines = (await exposition.render()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );
}

async function expectValues(expected: Record<string, number | undefined>): Promise<void> {
  const found = await values();
  expect(Object.fromEntries(Object.keys(expected).map((name) => [name, found.get(name)]))).toEqual(expected);
}

describe("the exposition", () => {
  test("is in the text format 0.0.4, with help and type for every family", async () => {
    expect(exposition.contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
    first.requestFinished(0, 0, 200, OUTCOME.success, 3);
    const text = await exposition.render();
    const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const typed = new Set([...text.matchAll(/^# TYPE (\S+) (?:counter|gauge|histogram)$/gm)].map((match) => match[1]));
    for (const sample of samples) {
      const name = sample.split(/[{ ]/)[0] ?? "";
      expect(typed.has(name) || typed.has(name.replace(/_(?:bucket|sum|count)$/, ""))).toBe(true);
    }
    expect([...text.matchAll(/^# HELP /gm)]).toHaveLength(typed.size);
  });

  test("sums over the shards and keeps them apart by worker", async () => {
    first.requestStarted();
    second.requestStarted();
    second.requestStarted();
    first.requestFinished(0, 0, 200, OUTCOME.success, 1);
    second.requestFinished(0, 1, 502, OUTCOME.backendError, 1);
    second.requestRejected();
    await expectValues({
      spooky_requests_total: 3,
      spooky_requests_success: 1,
      spooky_requests_failure: 2,
      spooky_request_validation_rejects: 1,
      spooky_backend_errors: 1,
      'spooky_worker_requests_total{worker="0"}': 1,
      'spooky_worker_requests_total{worker="1"}': 2,
      'spooky_worker_requests_success{worker="0"}': 1,
      'spooky_worker_requests_failure{worker="0"}': 0,
      'spooky_worker_requests_failure{worker="1"}': 2,
    });
  });

  test("does not add up from one scrape to the next", async () => {
    first.requestStarted();
    first.requestFinished(0, 0, 200, OUTCOME.success, 7);
    const once = await values();
    expect(await values()).toEqual(once);
  });

  test("tells requests by upstream, backend, status class and outcome", async () => {
    first.requestFinished(0, 1, 204, OUTCOME.success, 1);
    second.requestFinished(0, 1, 201, OUTCOME.success, 1);
    second.requestFinished(0, -1, 503, OUTCOME.overloadShed, 0);
    await expectValues({
      'spooky_upstream_requests_total{upstream="api",status_class="2xx",outcome="success"}': 2,
      'spooky_upstream_requests_total{upstream="api",status_class="5xx",outcome="overload_shed"}': 1,
      'spooky_backend_requests_total{upstream="api",backend="b2",status_class="2xx",outcome="success"}': 2,
      'spooky_backend_requests_total{upstream="api",backend="b2",status_class="5xx",outcome="overload_shed"}':
        undefined,
      spooky_overload_shed: 1,
    });
  });

  test("counts by route, which is named after its upstream", async () => {
    first.requestFinished(0, 0, 200, OUTCOME.success, 1);
    first.requestFinished(0, 0, 504, OUTCOME.timeout, 1);
    second.requestFinished(0, 0, 404, OUTCOME.success, 1);
    second.requestFinished(0, 0, 429, OUTCOME.rateLimited, 1);
    await expectValues({
      'spooky_route_requests_total{route="api"}': 4,
      'spooky_route_success_total{route="api"}': 2,
      'spooky_route_failure_total{route="api"}': 2,
      'spooky_route_timeout_total{route="api"}': 1,
      'spooky_route_rate_limited_total{route="api"}': 1,
      'spooky_route_backend_error_total{route="api"}': 0,
      'spooky_route_overload_shed_total{route="api"}': 0,
    });
  });

  test("counts a request without a route in the totals only", async () => {
    first.requestFinished(-1, -1, 404, OUTCOME.failure, 1);
    await expectValues({ spooky_requests_failure: 1, 'spooky_route_requests_total{route="api"}': 0 });
    expect([...(await values()).keys()].some((name) => name.startsWith("spooky_upstream_requests_total"))).toBe(false);
  });

  test("has cumulative latency buckets whose bounds are inclusive", async () => {
    for (const latencyMs of [0.5, 1, 1.25, 60_000, 60_001])
      first.requestFinished(0, 0, 200, OUTCOME.success, latencyMs);
    second.requestFinished(0, 0, 200, OUTCOME.success, 5);
    const bucket = (le: string): string =>
      `spooky_upstream_request_latency_ms_bucket{upstream="api",outcome="success",le="${le}"}`;
    await expectValues({
      [bucket("1")]: 2,
      [bucket("5")]: 4,
      [bucket("30000")]: 4,
      [bucket("60000")]: 5,
      [bucket("+Inf")]: 6,
      'spooky_upstream_request_latency_ms_count{upstream="api",outcome="success"}': 6,
      'spooky_upstream_request_latency_ms_sum{upstream="api",outcome="success"}': 120_008.75,
    });
  });

  test("counts connections, handshakes and their failures by listener", async () => {
    first.connectionOpened(0, "h3");
    first.connectionOpened(0, "h3");
    second.connectionOpened(1, "http/1.1");
    first.connectionClosed();
    second.handshakeFailed(1, "missing_client_cert");
    await expectValues({
      spooky_active_connections: 2,
      spooky_downstream_tls_handshake_success_total: 3,
      'spooky_downstream_tls_alpn_total{listener="127.0.0.1:9889",protocol="h3"}': 2,
      'spooky_downstream_tls_alpn_total{listener="[::1]:9890",protocol="http/1.1"}': 1,
      'spooky_downstream_tls_handshake_failure_total{listener="[::1]:9890",reason="missing_client_cert"}': 1,
    });
  });

  test("counts retries by reason, and what they made good as errors of the backend", async () => {
    first.retried();
    second.retried(RETRY_REASON.timeout);
    second.retried(RETRY_REASON.pool);
    await expectValues({
      spooky_retries_total: 3,
      spooky_backend_errors: 2,
      spooky_backend_timeouts: 1,
      'spooky_retry_attempts_total{reason="transport"}': 1,
      'spooky_retry_attempts_total{reason="timeout"}': 1,
      'spooky_retry_attempts_total{reason="pool"}': 1,
    });
  });

  test("counts filters and shards", async () => {
    first.filterCalled(0);
    second.filterCalled(1);
    second.filterFailed(1);
    second.filterRebuilt(1);
    second.filterStateChanged(1, FILTER_STATE.quarantined);
    first.filterStateChanged(1, FILTER_STATE.rebuilding);
    await expectValues({
      'spooky_filter_calls_total{filter="rewrite"}': 1,
      'spooky_filter_calls_total{filter="api/auth"}': 1,
      'spooky_filter_failures_total{filter="api/auth"}': 1,
      'spooky_filter_rebuilds_total{filter="api/auth"}': 1,
      'spooky_filter_state{filter="api/auth"}': 2,
      'spooky_filter_state{filter="rewrite"}': 0,
      spooky_runtime_panics: 2,
      'spooky_shard_restarts_total{worker="1"}': 3,
      'spooky_shard_ready{worker="0"}': 1,
      'spooky_shard_ready{worker="1"}': 0,
    });
  });

  test("escapes label values", async () => {
    first.requestFinished(1, 0, 200, OUTCOME.success, 1);
    await expectValues({ 'spooky_route_requests_total{route="odd \\"name\\"\\n"}': 1 });
  });

  test("ignores indexes that the configuration does not have", async () => {
    const before = await values();
    first.connectionOpened(9, "h3");
    first.connectionClosed();
    first.filterCalled(9);
    first.handshakeFailed(-1, "alpn");
    expect(await values()).toEqual(before);
  });
});
