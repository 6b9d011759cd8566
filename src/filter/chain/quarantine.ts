const FAILURE_COUNT = 5;
const WINDOW_MS = 10_000;
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;

/**
 * When a filter has failed so often that it is better not run for a while: each failure costs an instance, and the time
 * of everybody else in the shard. Unlike {@link RebuildBackoff} it does not mind the requests that went well in between.
 */
export class Quarantine {
  /** When the last failures were, as a ring. */
  readonly #times: Float64Array = new Float64Array(FAILURE_COUNT).fill(Number.NEGATIVE_INFINITY);
  #next = 0;
  #pauseMs = 0;
  #endMs = Number.NEGATIVE_INFINITY;

  /** For how long the filter has to be taken out from now on, in milliseconds; 0 for not at all. */
  noteFailure(nowMs: number): number {
    this.#times[this.#next] = nowMs;
    this.#next = (this.#next + 1) % FAILURE_COUNT;
    const oldestMs = this.#times[this.#next] as number;
    if (nowMs - oldestMs > WINDOW_MS) return 0;
    this.#times.fill(Number.NEGATIVE_INFINITY);
    // Whoever was good for as long as the longest pause begins with the shortest again.
    const isNew = nowMs - this.#endMs > MAX_PAUSE_MS;
    this.#pauseMs = isNew ? FIRST_PAUSE_MS : Math.min(this.#pauseMs * 2, MAX_PAUSE_MS);
    this.#endMs = nowMs + this.#pauseMs;
    return this.#pauseMs;
  }
}
