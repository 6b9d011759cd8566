const SMALLEST_MS = 0.001;
/** Each bucket is so much wider than the one before: what is read is right to half of that. */
const GROWTH = 1.02;
const BUCKET_COUNT = 1024;
const LOG_GROWTH = Math.log(GROWTH);

/** Counts latencies from a microsecond to some ten minutes, in constant memory, to within one per cent. */
export class LatencyHistogram {
  readonly #buckets: Uint32Array = new Uint32Array(BUCKET_COUNT);
  #count = 0;
  #maxMs = 0;

  get count(): number {
    return this.#count;
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  record(latencyMs: number): void {
    const bucket = Math.floor(Math.log(Math.max(latencyMs, SMALLEST_MS) / SMALLEST_MS) / LOG_GROWTH);
    const index = Math.min(bucket, BUCKET_COUNT - 1);
    this.#buckets[index] = (this.#buckets[index] ?? 0) + 1;
    this.#count++;
    if (latencyMs > this.#maxMs) this.#maxMs = latencyMs;
  }

  /** The latency that `fraction` (0 to 1) of all stay at or below; 0 when there are none. */
  percentile(fraction: number): number {
    if (this.#count === 0) return 0;
    const wanted = Math.ceil(fraction * this.#count);
    let seen = 0;
    for (let i = 0; i < BUCKET_COUNT; i++) {
      seen += this.#buckets[i] ?? 0;
      if (seen >= wanted) return Math.min(SMALLEST_MS * GROWTH ** (i + 0.5), this.#maxMs);
    }
    return this.#maxMs;
  }
}
