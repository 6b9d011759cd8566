const STOP_SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** SIGTERM and SIGINT, both meaning the same: end in order; and when it comes again: at once. */
export class StopSignals {
  readonly first: Promise<void>;
  readonly second: Promise<void>;
  readonly #onSignal: () => void;

  /** Listens from now on. */
  constructor() {
    const first = Promise.withResolvers<void>();
    const second = Promise.withResolvers<void>();
    let count = 0;
    this.first = first.promise;
    this.second = second.promise;
    this.#onSignal = () => {
      count++;
      if (count === 1) first.resolve();
      else second.resolve();
    };
    for (const signal of STOP_SIGNALS) process.on(signal, this.#onSignal);
  }

  /** Gives the signals their default effect back. */
  dispose(): void {
    for (const signal of STOP_SIGNALS) process.off(signal, this.#onSignal);
  }
}
