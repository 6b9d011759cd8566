import type { ControlApiConfig, MetricsConfig, ObservabilityConfig } from "../model.ts";
import { loopbackAddress } from "./addresses.ts";
import { block } from "./block.ts";
import { flag, port, urlPath } from "./fields.ts";
import type { Schema } from "./schema.ts";

const metricsBlock: Schema<MetricsConfig> = block(
  {
    enabled: flag().default(true),
    required: flag().default(false),
    address: loopbackAddress().default("127.0.0.1"),
    port: port().default(9901),
    path: urlPath().default("/metrics"),
  },
  { notYet: ["max_connections", "connection_timeout_ms", "allow_non_loopback"] },
);

const controlApiBlock: Schema<ControlApiConfig> = block(
  {
    enabled: flag().default(true),
    required: flag().default(false),
    address: loopbackAddress().default("127.0.0.1"),
    port: port().default(9902),
    health_path: urlPath().default("/health"),
    ready_path: urlPath().default("/ready"),
  },
  {
    notYet: [
      "runtime_path",
      "restart_path",
      "reload_path",
      "reload_certs_path",
      "auth_token",
      "auth_token_ref",
      "max_connections",
      "connection_timeout_ms",
      "tls",
      "auth",
      "authorization",
      "ip_allowlist",
      "audit",
    ],
  },
);

const observabilityBlock: Schema<ObservabilityConfig> = block(
  { metrics: metricsBlock.prefault({}), control_api: controlApiBlock.prefault({}) },
  { notYet: ["tracing", "routing"] },
);

/** `observability`. */
export const observabilitySchema: Schema<ObservabilityConfig> = observabilityBlock.prefault({});
