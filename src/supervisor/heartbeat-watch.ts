/** Looks without a beat after which a shard counts as stuck; with one look a second, so many seconds. */
const STUCK_AFTER_LOOKS = 5;

/**
 * Tells whether a beat that should change keeps still. It counts looks, not time: when the whole machine was stopped
 * for a while, both sides were.
 */
export class HeartbeatWatch {
  readonly #read: () => number;
  #last = -1;
  #stillCount = 0;

  constructor(read: () => number) {
    this.#read = read;
  }

  reset(): void {
    this.#last = -1;
    this.#stillCount = 0;
  }

  /** Looks once. */
  isStuck(): boolean {
    const beat = this.#read();
    this.#stillCount = beat === this.#last ? this.#stillCount + 1 : 0;
    this.#last = beat;
    return this.#stillCount >= STUCK_AFTER_LOOKS;
  }
}
