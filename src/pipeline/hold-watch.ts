import { startTicking, type Ticking } from "../upstream/ticker.ts";

/** Ends a wait that nobody ends: a filter that holds a message and never lets it go on. */
export class HoldWatch implements Ticking {
  readonly #untilMs: number;
  readonly #onExpired: () => void;
  #isOver = false;

  constructor(limitMs: number, onExpired: () => void) {
    this.#untilMs = performance.now() + limitMs;
    this.#onExpired = onExpired;
    startTicking(this);
  }

  stop(): void {
    this.#isOver = true;
  }

  tick(nowMs: number): boolean {
    if (this.#isOver) return false;
    if (nowMs < this.#untilMs) return true;
    this.#isOver = true;
    this.#onExpired();
    return false;
  }
}
