import { startTicking, type Ticking } from "../upstream/ticker.ts";

/**
 * Tells when a client has sent nothing of its body for too long. Time in which the client is held back, because the
 * backend takes nothing, does not count.
 */
export class BodyIdleWatch implements Ticking {
  readonly #limitMs: number;
  readonly #onIdle: () => void;
  #lastAtMs: number = performance.now();
  #isHeldBack = false;
  #isOver = false;

  constructor(limitMs: number, onIdle: () => void) {
    this.#limitMs = limitMs;
    this.#onIdle = onIdle;
    startTicking(this);
  }

  /** Something came, or the client may send again. */
  touch(): void {
    this.#isHeldBack = false;
    this.#lastAtMs = performance.now();
  }

  holdBack(): void {
    this.#isHeldBack = true;
  }

  stop(): void {
    this.#isOver = true;
  }

  tick(nowMs: number): boolean {
    if (this.#isOver) return false;
    if (this.#isHeldBack || nowMs - this.#lastAtMs < this.#limitMs) return true;
    this.#isOver = true;
    this.#onIdle();
    return false;
  }
}
