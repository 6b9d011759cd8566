/**
 * What the process of a shard runs, as its entry and the supervisor see it.
 * @module
 */
import type { Config } from "../config/model.ts";
import type { LogFactory } from "../observe/log.ts";
import type { ShardMetrics } from "../observe/shard-metrics.ts";

/** The sockets of one listener, opened by the supervisor and owned by this shard alone. */
export interface ListenerSockets {
  /** Place in `config.listeners`. */
  readonly listenerIndex: number;
  /** Bound UDP socket for HTTP/3. */
  readonly udpFd: number;
  /** Listening TCP socket, on the same address and port, for HTTP/2 and HTTP/1.1. */
  readonly tcpFd: number;
}

export interface DataPlaneOptions {
  /** 0 to `performance.worker_threads` - 1. */
  readonly shardIndex: number;
  readonly config: Config;
  readonly sockets: readonly ListenerSockets[];
  readonly metrics: ShardMetrics;
  readonly log: LogFactory;
}

export interface DataPlane {
  /**
   * Refuses new connections and lets requests in flight finish; resolves when the last has, or after `deadlineMs`, when
   * what is left has been cut off.
   */
  drain(deadlineMs: number): Promise<void>;
  /** Closes everything at once. */
  stop(): void;
}

/** Starts serving; rejects with a `SpookyError` when the configuration cannot be put to work. */
export type StartDataPlane = (options: DataPlaneOptions) => Promise<DataPlane>;
