import type {
  FilterConfig,
  ListenConfig,
  LoadBalancingConfig,
  LogConfig,
  ObservabilityConfig,
  PerformanceConfig,
  RoutingConfig,
  UpstreamTlsConfig,
} from "../model.ts";
import { z } from "../zod.ts";
import { block } from "./block.ts";
import { filterListSchema } from "./filter.ts";
import { listenSchema } from "./listen.ts";
import { loadBalancingSchema } from "./load-balancing.ts";
import { logSchema } from "./log.ts";
import { observabilitySchema } from "./observability.ts";
import { performanceSchema } from "./performance.ts";
import { routingSchema } from "./routing.ts";
import type { Schema } from "./schema.ts";
import { type UpstreamInput, upstreamSchema } from "./upstream.ts";
import { upstreamTlsSchema } from "./upstream-tls.ts";

/** The file's content once its shape is known to be right. */
export interface ConfigInput {
  readonly version: 1;
  readonly listen?: ListenConfig | undefined;
  readonly listeners: readonly ListenConfig[];
  readonly upstream: Readonly<Record<string, UpstreamInput>>;
  readonly load_balancing?: LoadBalancingConfig | undefined;
  readonly upstream_tls: UpstreamTlsConfig;
  readonly filters: readonly FilterConfig[];
  readonly routing: RoutingConfig;
  readonly log: LogConfig;
  readonly performance: PerformanceConfig;
  readonly observability: ObservabilityConfig;
}

const UPSTREAM = "a mapping with at least one named upstream";

const upstreamName = z.string().regex(/^(?=.*\S)\P{Cc}{1,128}$/u, { error: "a name of printable characters" });

/** The whole file. */
export const rootSchema: Schema<ConfigInput> = block(
  {
    version: z.literal(1, { error: "1, the only version there is" }).default(1),
    listen: listenSchema.optional(),
    listeners: z.array(listenSchema, { error: "a list of listeners" }).default([]),
    upstream: z
      .record(upstreamName, upstreamSchema, { error: UPSTREAM })
      .refine((upstreams) => Object.keys(upstreams).length > 0, { error: UPSTREAM }),
    load_balancing: loadBalancingSchema.optional(),
    upstream_tls: upstreamTlsSchema.prefault({}),
    filters: filterListSchema,
    routing: routingSchema,
    log: logSchema,
    performance: performanceSchema,
    observability: observabilitySchema,
  },
  { notYet: ["resilience", "security", "secrets"] },
);
