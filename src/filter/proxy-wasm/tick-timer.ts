/** Shorter periods would only burn the processor. */
const MIN_PERIOD_MS = 10;

/** Calls back every period, as a filter asked with `proxy_set_tick_period_milliseconds`. Keeps no process alive. */
export class TickTimer {
  readonly #onTick: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(onTick: () => void) {
    this.#onTick = onTick;
  }

  /** 0 turns it off. */
  set(periodMs: number): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (periodMs === 0) return;
    this.#timer = setInterval(this.#onTick, Math.max(periodMs, MIN_PERIOD_MS));
    this.#timer.unref();
  }
}
