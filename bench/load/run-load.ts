import { openH2Connection } from "./h2-connection.ts";
import { openH3Connection } from "./h3-connection.ts";
import { LatencyHistogram } from "./latency-histogram.ts";
import type { LoadConnection, LoadOptions, LoadResult } from "./load-options.ts";

/** A stream that failed waits so long before its next request, so that a broken proxy is not met with a storm. */
const FAILURE_PAUSE_MS = 10;

/**
 * Puts load on a proxy. `onCounting` is called when the warm-up is over and counting begins. Throws when a connection
 * cannot be made.
 */
export async function runLoad(options: LoadOptions, onCounting: () => void): Promise<LoadResult> {
  const open = options.protocol === "h3" ? openH3Connection : openH2Connection;
  const connections: LoadConnection[] = [];
  try {
    for (let i = 0; i < options.connectionCount; i++) connections.push(await open(options.port));
    const loop = new RequestLoop(options.path);
    for (const connection of connections) {
      for (let i = 0; i < options.streamCount; i++) loop.start(connection);
    }
    await Bun.sleep(options.warmUpMs);
    loop.beginCounting();
    onCounting();
    const startedAt = performance.now();
    await Bun.sleep(options.durationMs);
    const elapsedMs = performance.now() - startedAt;
    return loop.end(elapsedMs);
  } finally {
    for (const connection of connections) connection.close();
  }
}

class RequestLoop {
  readonly #path: string;
  #latencies = new LatencyHistogram();
  #failureCount = 0;
  #bodyBytes = 0;
  #isEnding = false;

  constructor(path: string) {
    this.#path = path;
  }

  start(connection: LoadConnection): void {
    if (this.#isEnding) return;
    const startedAt = performance.now();
    connection.request(this.#path, (isGood, bodyBytes) => {
      if (this.#isEnding) return;
      if (isGood) {
        this.#latencies.record(performance.now() - startedAt);
        this.#bodyBytes += bodyBytes;
        this.start(connection);
      } else {
        this.#failureCount++;
        setTimeout(() => this.start(connection), FAILURE_PAUSE_MS);
      }
    });
  }

  /** Failures of the warm-up stay counted: they are no better than later ones. */
  beginCounting(): void {
    this.#latencies = new LatencyHistogram();
    this.#bodyBytes = 0;
  }

  end(elapsedMs: number): LoadResult {
    this.#isEnding = true;
    return {
      requestCount: this.#latencies.count,
      failureCount: this.#failureCount,
      bodyBytes: this.#bodyBytes,
      elapsedMs,
      medianMs: this.#latencies.percentile(0.5),
      p99Ms: this.#latencies.percentile(0.99),
      maxMs: this.#latencies.maxMs,
    };
  }
}
