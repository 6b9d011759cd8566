/**
 * Routing and balancing as the pipeline sees them. Both are WebAssembly modules behind the policy ABI
 * (`docs/policy-abi.md`); this file is all that the rest of the proxy knows of that.
 * @module
 */

/** Where one route leads and what it matches; see the precedence rules in `docs/routing.md`. */
export interface RouteSpec {
  /** Exact host, `*.suffix`, or "" for every host; lower case, no port. */
  readonly host: string;
  /** Prefix on segment boundaries, or "" for every path. */
  readonly pathPrefix: string;
  /** Upper case, or "" for every method. */
  readonly method: string;
  /** Breaks the last tie: the lexically first name wins. */
  readonly upstreamName: string;
}

export interface Router {
  /**
   * Index into the route list, or -1. `authority` may carry a port, `path` a query; neither counts.
   * Throws a `SpookyError` when the module trapped.
   */
  match(authority: string, path: string, method: string): number;
}

/** What a balancer may know of one backend. The host keeps the table in the module's memory up to date. */
export interface BalancerBackend {
  readonly id: string;
  /** 1 to 1000, 100 by default. */
  readonly weight: number;
}

export interface Balancer {
  /**
   * Index of the chosen backend, or -1 when none may be chosen. `keyHash` is a 32-bit hash of the request key (0 when
   * the policy has none). Backends whose bit is set in `excludedMask` (first 32 only) are passed over: they were tried.
   */
  pick(keyHash: number, excludedMask: number): number;
  setHealthy(index: number, healthy: boolean): void;
  /** Called when a request to the backend starts and when it ends; `latencyMs` is negative when it gave no measure. */
  onRequestStart(index: number): void;
  onRequestEnd(index: number, latencyMs: number): void;
  /** Requests now in flight to the backend from this shard. */
  activeRequests(index: number): number;
}
