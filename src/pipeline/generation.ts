/**
 * All that a request needs to know of the configuration, made once for each generation of it and never changed.
 * @module
 */
import type { FilterChain } from "../filter/chain.ts";
import type { Balancer, Router } from "../filter/policy.ts";
import type { ForwardedMode } from "../http/forwarded.ts";
import type { HostPolicy } from "../http/host-policy.ts";
import type { RequestHasher } from "../http/request-key.ts";
import type { AccessLog } from "../observe/access-log.ts";
import type { ShardMetrics } from "../observe/shard-metrics.ts";
import type { UpstreamClient } from "../upstream/client.ts";

export interface BackendTarget {
  readonly id: string;
  /** Place in its upstream, as the balancer counts. */
  readonly index: number;
  readonly client: UpstreamClient;
  /** What `host_policy.mode: upstream` sends as `:authority`. */
  readonly authority: string;
}

export interface UpstreamTarget {
  readonly name: string;
  /** Place in the configuration, as the metrics count. */
  readonly index: number;
  readonly balancer: Balancer;
  /** What the balancer gets the hash of; undefined when it takes no key. */
  readonly key: RequestHasher | undefined;
  readonly backends: readonly BackendTarget[];
  readonly hostPolicy: HostPolicy;
  readonly forwardedMode: ForwardedMode;
  /** The upstream's own filters. */
  readonly filters: FilterChain | undefined;
}

export interface Generation {
  readonly router: Router;
  /** What each index of the router's table leads to. */
  readonly targets: readonly UpstreamTarget[];
  /** Filters of every request. */
  readonly filters: FilterChain | undefined;
  readonly maxRequestBodyBytes: number;
  /** How long a filter may hold a message. */
  readonly totalTimeoutMs: number;
  /** Between two pieces of a request body, while the client may send. */
  readonly clientBodyIdleTimeoutMs: number;
  /** `h3=":443"; ma=86400`: what responses over TCP carry as `alt-svc` (RFC 7838). */
  readonly altSvc: string;
  readonly metrics: ShardMetrics;
  readonly accessLog: AccessLog;
}
