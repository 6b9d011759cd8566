/** Something that holds back its writes until it is told to make them. */
export interface Flushable {
  flush(): void;
}

/**
 * Collects answers that are ready, so that they leave together.
 *
 * The QUIC engine sends once after a batch of its own callbacks; what is written elsewhere (when a backend's answer
 * arrives, say) goes out at once, packet by packet, at twice the cost. So writes wait for the next QUIC callback, or,
 * when none comes, for the second turn of the event loop. One turn would lose most of the gain, a timer would cost
 * latency.
 */
export class FlushBatch {
  #waiting: Flushable[] = [];
  #spare: Flushable[] = [];
  #isScheduled = false;

  add(item: Flushable): void {
    this.#waiting.push(item);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#onFirstTurn);
  }

  /** Flushes what waits. The ingress calls it first thing in every QUIC callback. */
  run(): void {
    const items = this.#waiting;
    if (items.length === 0) return;
    this.#waiting = this.#spare;
    for (let i = 0; i < items.length; i++) (items[i] as Flushable).flush();
    items.length = 0;
    this.#spare = items;
  }

  readonly #onFirstTurn = (): void => {
    setImmediate(this.#onSecondTurn);
  };

  readonly #onSecondTurn = (): void => {
    this.#isScheduled = false;
    this.run();
  };
}
