import type { UpstreamConfig } from "../config/model.ts";
import { createRequestHasher, type RequestHasher } from "../http/request-key.ts";

/**
 * What the upstream's balancer gets the hash of for each request; undefined when it would not look at it: only those
 * that go by a key are worth the hash, and modules of the user's own when a key is given.
 */
export function createBalancingKey(upstream: UpstreamConfig): RequestHasher | undefined {
  const { type, file, key } = upstream.load_balancing;
  const isSticky = type === "sticky-cid";
  const takesKey = isSticky || type === "consistent-hash" || (file !== undefined && key !== undefined);
  if (!takesKey) return undefined;
  // An upstream that passes on what a client said of itself stands behind a proxy that is believed.
  const trustsForwarded = upstream.forwarded_headers.mode !== "overwrite";
  return createRequestHasher({ key, isSticky, trustsForwarded });
}
