/** A shard that lived so long died of something new: its next start is not held back. */
const STABLE_MS = 10_000;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5000;

/** How long to wait before the next start of a process that died: not at all, then twice as long each time. */
export class RestartBackoff {
  #quickDeathCount = 0;

  /** Deaths in a row of which each came soon after the start. */
  get quickDeathCount(): number {
    return this.#quickDeathCount;
  }

  /** Told of a death after `livedMs`; gives the delay in milliseconds. */
  next(livedMs: number): number {
    if (livedMs >= STABLE_MS) this.#quickDeathCount = 0;
    const delayMs = this.#quickDeathCount === 0 ? 0 : FIRST_DELAY_MS * 2 ** (this.#quickDeathCount - 1);
    this.#quickDeathCount++;
    return Math.min(delayMs, MAX_DELAY_MS);
  }
}
