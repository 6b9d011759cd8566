/** What the load driver is to do. A closed loop: each stream starts its next request when the last has ended. */
export interface LoadOptions {
  readonly protocol: "h3" | "h2";
  /** On 127.0.0.1. */
  readonly port: number;
  readonly path: string;
  readonly connectionCount: number;
  /** Requests in flight on each connection. */
  readonly streamCount: number;
  /** Runs before anything counts. */
  readonly warmUpMs: number;
  readonly durationMs: number;
}

/** What came of it, within `durationMs`. */
export interface LoadResult {
  /** Requests answered whole, with 200. */
  readonly requestCount: number;
  /** All others. A run with any of them is no measurement. */
  readonly failureCount: number;
  readonly bodyBytes: number;
  readonly elapsedMs: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** One client connection that makes requests one after the other on each of its streams. */
export interface LoadConnection {
  /** Sends one request and calls `done` once, when its answer has ended, in whatever way. */
  request(path: string, done: RequestDone): void;
  close(): void;
}

export type RequestDone = (isGood: boolean, bodyBytes: number) => void;
