import type { PerformanceConfig } from "./model.ts";

type Key = keyof PerformanceConfig;

/** Tuning for machinery that this proxy does not have: taken with a warning, for nothing goes wrong without it. */
export const PERFORMANCE_KEYS_WITHOUT_EFFECT: ReadonlySet<Key> = new Set<Key>([
  "control_plane_threads",
  "packet_shards_per_worker",
  "packet_shard_queue_capacity",
  "packet_shard_queue_max_bytes",
  "pin_workers",
  "inflight_acquire_wait_ms",
  "backend_dns_refresh_interval_ms",
  "unknown_length_response_prebuffer_bytes",
]);

/** Keys that promise a protection which is not there yet: refused when given, so that nobody relies on them. */
export const PERFORMANCE_KEYS_NOT_YET: ReadonlySet<Key> = new Set<Key>([
  "global_inflight_limit",
  "per_upstream_inflight_limit",
  "per_backend_inflight_limit",
  "backend_dns_refresh_enabled",
  "new_connections_per_sec",
  "new_connections_burst",
]);
