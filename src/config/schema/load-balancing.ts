import { FAILURES } from "../../errors/catalogue.ts";
import type { BuiltinBalancer, LoadBalancingConfig } from "../model.ts";
import { isRequestKey } from "../request-key.ts";
import { z } from "../zod.ts";
import { block } from "./block.ts";
import { filePath, sha256, spelledChoice } from "./fields.ts";
import { moduleLimitsSchema, refuseUnclearSource } from "./module-source.ts";
import { type Schema, refuse } from "./schema.ts";

/** Each algorithm with its other spellings. */
const ALGORITHMS: Readonly<Record<BuiltinBalancer, readonly string[]>> = {
  random: [],
  "round-robin": ["round_robin", "rr"],
  "least-connections": ["least_connections", "lc"],
  "consistent-hash": ["consistent_hash", "ch"],
  "latency-aware": ["latency_aware", "la"],
  "sticky-cid": ["sticky_cid", "cid-sticky", "cid_sticky"],
};

const requestKey: Schema<string> = z.string({ error: "a request key" }).superRefine((key, context) => {
  if (isRequestKey(key)) return;
  refuse(context, [], FAILURES.configValue.message, {
    failure: FAILURES.configValue,
    expected:
      "path, authority, method, cid, sticky-cid, peer_ip, client_ip, bearer_token, header:<name>, cookie:<name> or query:<name>",
  });
});

/** `load_balancing`, of the root and of each upstream. The path is still as written. */
export const loadBalancingSchema: Schema<LoadBalancingConfig> = block({
  type: spelledChoice<BuiltinBalancer>(ALGORITHMS).optional(),
  file: filePath().optional(),
  sha256: sha256().optional(),
  key: requestKey.optional(),
  limits: moduleLimitsSchema,
}).superRefine((balancing, context) => refuseUnclearSource(context, balancing, "type"));
