import type { BackendOptions, BackendStats } from "./backend-options.ts";
import { BackendPool } from "./backend-pool.ts";
import type { UpstreamClient } from "./client.ts";

/** The client of one backend, with a look inside. */
export interface BackendClient extends UpstreamClient {
  readonly stats: BackendStats;
}

/**
 * Makes the client of one backend. Nothing is connected before the first request; the first waits for the connection,
 * later ones share it. Throws when `tls.ca` holds no certificate.
 */
export function createBackendClient(options: BackendOptions): BackendClient {
  return new BackendPool(options);
}
