import { FAILURES } from "../../errors/catalogue.ts";
import type {
  FilterConfig,
  ForwardedHeadersConfig,
  HostPolicyConfig,
  LoadBalancingConfig,
  RouteConfig,
  UpstreamTlsConfig,
} from "../model.ts";
import { z } from "../zod.ts";
import { block } from "./block.ts";
import { choice, spelledChoice, text, wholeNumber } from "./fields.ts";
import { filterListSchema } from "./filter.ts";
import { loadBalancingSchema } from "./load-balancing.ts";
import { routeSchema } from "./route.ts";
import { type Schema, refuse } from "./schema.ts";
import { upstreamTlsSchema } from "./upstream-tls.ts";

/** One entry of `backends`; how its address is read depends on the upstream's TLS block. */
export interface BackendInput {
  readonly id: string;
  readonly address: string;
  readonly weight: number;
}

/** One entry of `upstream`, before what it inherits is filled in. */
export interface UpstreamInput {
  readonly route: RouteConfig;
  readonly backends: readonly BackendInput[];
  readonly load_balancing?: LoadBalancingConfig | undefined;
  readonly host_policy: HostPolicyConfig;
  readonly forwarded_headers: ForwardedHeadersConfig;
  readonly tls?: UpstreamTlsConfig | undefined;
  readonly filters: readonly FilterConfig[];
}

const backendSchema: Schema<BackendInput> = block(
  {
    id: text("a name for the backend"),
    address: z.string({ error: "host, host:port, https://host[:port] or http://host[:port]" }),
    weight: wholeNumber(1, 1000).default(100),
  },
  { notYet: ["health_check"] },
);

const backendListSchema: Schema<BackendInput[]> = z
  .array(backendSchema, { error: "a list of at least one backend" })
  .min(1, { error: "a list of at least one backend" })
  .superRefine((backends, context) => {
    const ids = new Set<string>();
    for (const [index, { id }] of backends.entries()) {
      if (ids.has(id)) {
        refuse(context, [index, "id"], `a second backend named ${id}`, {
          failure: FAILURES.configConflict,
          hint: "give each backend of an upstream an id of its own",
        });
      }
      ids.add(id);
    }
  });

const HOST = "a host, with or without port";

const hostPolicySchema: Schema<HostPolicyConfig> = block({
  mode: spelledChoice({
    pass_through: ["pass-through"],
    rewrite: [],
    upstream: ["static_upstream", "static-upstream", "upstream-host"],
  }).default("pass_through"),
  host: z
    .string({ error: HOST })
    .regex(/^[!-~]+$/u, { error: HOST })
    .regex(/^[^/?#@\\]+$/u, { error: HOST })
    .optional(),
})
  .superRefine((policy, context) => {
    if (policy.mode === "rewrite" && policy.host === undefined) {
      refuse(context, ["host"], "mode rewrite needs a host", {
        failure: FAILURES.configMissingKey,
        expected: "the host that backends are to see",
      });
    }
    if (policy.mode !== "rewrite" && policy.host !== undefined) {
      refuse(context, ["host"], `host is given with mode ${policy.mode}`, {
        failure: FAILURES.configConflict,
        hint: "set mode: rewrite, or remove host",
      });
    }
  })
  .prefault({});

const forwardedHeadersSchema: Schema<ForwardedHeadersConfig> = block({
  mode: choice(["overwrite", "append", "preserve"]).default("overwrite"),
}).prefault({});

/** One entry of `upstream`. Paths are still as written. */
export const upstreamSchema: Schema<UpstreamInput> = block(
  {
    route: routeSchema,
    backends: backendListSchema,
    load_balancing: loadBalancingSchema.optional(),
    host_policy: hostPolicySchema,
    forwarded_headers: forwardedHeadersSchema,
    tls: upstreamTlsSchema.optional(),
    filters: filterListSchema,
  },
  { notYet: ["auth"] },
);
