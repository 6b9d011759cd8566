import { FAILURES } from "../../errors/catalogue.ts";
import type { PerformanceConfig } from "../model.ts";
import { block } from "./block.ts";
import { byteSize, count, durationMs, flag, wholeNumber } from "./fields.ts";
import { type Schema, refuse } from "./schema.ts";

const MIB = 1024 * 1024;
const MAX_SOCKET_BUFFER_BYTES = 2_147_483_647;

/** Each of these may be no more than the next: a part of a request cannot take longer than the whole. */
const RISING_TIMEOUTS = [
  "backend_connect_timeout_ms",
  "backend_timeout_ms",
  "backend_body_idle_timeout_ms",
  "backend_body_total_timeout_ms",
  "backend_total_request_timeout_ms",
] as const;

/** `performance`. */
export const performanceSchema: Schema<PerformanceConfig> = block({
  worker_threads: wholeNumber(1, 1024).default(1),
  control_plane_threads: wholeNumber(1, 1024).default(2),
  packet_shards_per_worker: wholeNumber(1, 256).default(1),
  packet_shard_queue_capacity: count().default(2048),
  packet_shard_queue_max_bytes: byteSize().default(64 * MIB),
  reuseport: flag().default(true),
  pin_workers: flag().default(false),
  global_inflight_limit: count().default(4096),
  per_upstream_inflight_limit: count().default(1024),
  per_backend_inflight_limit: count().default(64),
  inflight_acquire_wait_ms: wholeNumber(0, 2_147_483_647, "milliseconds").default(0),
  backend_connect_timeout_ms: durationMs().default(500),
  backend_timeout_ms: durationMs().default(2000),
  backend_body_idle_timeout_ms: durationMs().default(2000),
  backend_body_total_timeout_ms: durationMs().default(30_000),
  backend_total_request_timeout_ms: durationMs().default(35_000),
  client_body_idle_timeout_ms: durationMs().default(10_000),
  shutdown_drain_timeout_ms: durationMs().default(5000),
  udp_recv_buffer_bytes: wholeNumber(1, MAX_SOCKET_BUFFER_BYTES, "bytes").default(8 * MIB),
  udp_send_buffer_bytes: wholeNumber(1, MAX_SOCKET_BUFFER_BYTES, "bytes").default(8 * MIB),
  h2_pool_max_idle_per_backend: count().default(256),
  h2_pool_idle_timeout_ms: durationMs().default(90_000),
  backend_dns_refresh_enabled: flag().default(false),
  backend_dns_refresh_interval_ms: durationMs().default(30_000),
  new_connections_per_sec: count().default(2000),
  new_connections_burst: count().default(500),
  max_active_connections: count().default(20_000),
  quic_max_idle_timeout_ms: durationMs().default(5000),
  quic_initial_max_data: byteSize().default(10_000_000),
  quic_initial_max_stream_data: byteSize().default(1_000_000),
  quic_initial_max_streams_bidi: count().default(100),
  quic_initial_max_streams_uni: count().default(100),
  // Bodies are streamed, so neither flow-control windows nor buffers bound them.
  max_request_body_bytes: byteSize().default(1_000_000),
  max_response_body_bytes: byteSize().default(100 * MIB),
  request_buffer_global_cap_bytes: byteSize().default(64 * MIB),
  unknown_length_response_prebuffer_bytes: byteSize().default(2 * MIB),
})
  .superRefine((performance, context) => {
    if (performance.worker_threads > 1 && !performance.reuseport) {
      refuse(context, ["worker_threads"], "more than one shard needs reuseport", {
        failure: FAILURES.configConflict,
        hint: "set reuseport: true, or worker_threads: 1",
      });
    }
    for (const [index, key] of RISING_TIMEOUTS.entries()) {
      const next = RISING_TIMEOUTS[index + 1];
      if (next !== undefined) refuseIfAbove(performance, context, key, next);
    }
    refuseIfAbove(performance, context, "quic_initial_max_stream_data", "quic_initial_max_data");
  })
  .prefault({});

type NumericKey = {
  [K in keyof PerformanceConfig]: PerformanceConfig[K] extends number ? K : never;
}[keyof PerformanceConfig];

function refuseIfAbove(
  performance: PerformanceConfig,
  context: Parameters<typeof refuse>[0],
  lower: NumericKey,
  upper: NumericKey,
): void {
  if (performance[lower] <= performance[upper]) return;
  refuse(context, [lower], `${lower} (${performance[lower]}) is more than ${upper} (${performance[upper]})`, {
    failure: FAILURES.configConflict,
    hint: `lower ${lower}, or raise ${upper}`,
  });
}
