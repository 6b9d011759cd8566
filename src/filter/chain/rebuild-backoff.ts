const FIRST_DELAY_MS = 10;
const MAX_DELAY_MS = 5_000;

/**
 * When to build an instance again after one died. At once the first time; the more of them die in a row without having
 * served a single request, the longer the pause, so that starting them does not eat the processor. One success ends
 * that: a client who knows what kills a filter must not be able to keep it down for others.
 */
export class RebuildBackoff {
  #failures = 0;
  #retryAtMs = 0;

  noteFailure(): void {
    this.#failures++;
    const delay = this.#failures === 1 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** (this.#failures - 2), MAX_DELAY_MS);
    this.#retryAtMs = performance.now() + delay;
  }

  noteSuccess(): void {
    this.#failures = 0;
  }

  mayRetry(): boolean {
    return performance.now() >= this.#retryAtMs;
  }
}
