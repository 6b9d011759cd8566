/**
 * What a backend's client is told once, when it is made.
 * @module
 */
import type { Failure } from "../errors/failure.ts";
import type { Logger } from "../observe/log.ts";

/**
 * `http` is cleartext: HTTP/2 by prior knowledge (RFC 9113 §3.3), else HTTP/1.1. `https` is TLS: HTTP/2, or HTTP/1.1 when
 * the backend chooses that by ALPN. `auto` tries TLS first and takes cleartext when the backend does not speak TLS; it
 * protects nothing and is only for backends whose certificate would not be checked either.
 */
export type BackendScheme = "https" | "http" | "auto";

/** Protocol that a connection to a backend came to speak. */
export type BackendProtocol = "h2" | "h2c" | "http/1.1" | "https/1.1";

export interface BackendTls {
  /** False accepts any certificate. */
  readonly verify: boolean;
  /** Certificates in PEM form to trust. */
  readonly ca?: string;
  /** True trusts `ca` alone; by default it adds to the runtime's own roots. */
  readonly isCaExclusive?: boolean;
  /** Name that the certificate must have and that SNI carries; by default the backend's host. */
  readonly servername?: string;
  /** Whether to send the SNI extension (RFC 6066 §3). The certificate's name is checked all the same. */
  readonly sendSni: boolean;
}

/** Told about what happens to connections; for metrics and health. Must not throw. */
export interface BackendEvents {
  onConnect?(protocol: BackendProtocol): void;
  onConnectFailed?(failure: Failure, detail: string): void;
  /** A request is tried once more, on another connection. */
  onRetry?(): void;
}

export interface BackendOptions {
  readonly scheme: BackendScheme;
  /** Host name or address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Name of the backend in log lines: host and port as they were configured. */
  readonly authority: string;
  readonly tls: BackendTls;
  /** For each of: connection, TLS handshake and the backend's first SETTINGS together. */
  readonly connectTimeoutMs: number;
  /** From the request's last byte to the head of the response; waiting for a connection counts, waiting for the client's body does not. */
  readonly headersTimeoutMs: number;
  /** Between two pieces of a response's body, while the receiver is not paused. */
  readonly bodyIdleTimeoutMs: number;
  /** From the head of a response to its end. */
  readonly bodyTotalTimeoutMs: number;
  /** From `open` to the end of the response. */
  readonly totalTimeoutMs: number;
  /** Idle connections that are kept. */
  readonly maxIdleSessions: number;
  /** How long a connection without a request is kept. */
  readonly idleTimeoutMs: number;
  /** Largest response body; unlimited by default. */
  readonly maxResponseBodyBytes?: number;
  /** HTTP/2 connections at the same time. Default 16: more than one is opened only when streams run out. */
  readonly maxSessions?: number;
  /** HTTP/1.1 connections at the same time. Default 256. */
  readonly maxConnections?: number;
  /** Flow-control window of a stream, and so what a paused response may hold in memory. Default 1 MiB. */
  readonly streamWindowBytes?: number;
  readonly log: Logger;
  readonly events?: BackendEvents;
}

/** A snapshot. */
export interface BackendStats {
  /** Requests that were opened and have not ended. */
  readonly activeRequestsCount: number;
  /** Of those, the ones that wait for a connection. */
  readonly waitingRequestsCount: number;
  /** Connections, those included that only finish what is under way. */
  readonly connectionsCount: number;
  /** Connections without a request. */
  readonly idleConnectionsCount: number;
  /** Connections opened so far. */
  readonly connectsCount: number;
  readonly connectFailuresCount: number;
  /** Requests tried once more so far. */
  readonly retriesCount: number;
  /** What the last connection came to speak. */
  readonly protocol: BackendProtocol | undefined;
}
