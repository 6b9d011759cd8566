/** Time limits of one request; see `BackendOptions`. */
export interface RequestTimeouts {
  readonly headersTimeoutMs: number;
  readonly bodyIdleTimeoutMs: number;
  readonly bodyTotalTimeoutMs: number;
  readonly totalTimeoutMs: number;
}

/**
 * When a request has taken too long. Activity is only noted, and turned into a time by the next look: a piece of body
 * costs no reading of the clock, and a deadline is missed at most one tick late.
 */
export class RequestDeadline {
  readonly #timeouts: RequestTimeouts;
  readonly #openedMs: number;
  /** When the phase began or was last active. */
  #sinceMs: number;
  #bodySinceMs = -1;
  #isActive = false;

  constructor(timeouts: RequestTimeouts) {
    this.#timeouts = timeouts;
    this.#openedMs = performance.now();
    this.#sinceMs = this.#openedMs;
  }

  /** The wait for the head starts anew: the backend has only now got what it was waiting for. */
  restart(): void {
    this.#isActive = true;
  }

  /** The head is there: from here on the limits of bodies hold. */
  enterBody(): void {
    this.#bodySinceMs = performance.now();
    this.#sinceMs = this.#bodySinceMs;
  }

  noteActivity(): void {
    this.#isActive = true;
  }

  /** Which limit has passed, in words. `isClientSlow`: it is not the backend that is waited for. */
  missed(nowMs: number, isClientSlow: boolean): string | undefined {
    const timeouts = this.#timeouts;
    if (nowMs - this.#openedMs >= timeouts.totalTimeoutMs) return "total request timeout";
    if (this.#isActive || isClientSlow) {
      this.#isActive = false;
      this.#sinceMs = nowMs;
    }
    if (this.#bodySinceMs < 0) {
      return nowMs - this.#sinceMs >= timeouts.headersTimeoutMs ? "no response head in time" : undefined;
    }
    if (nowMs - this.#bodySinceMs >= timeouts.bodyTotalTimeoutMs) return "response body took too long";
    return nowMs - this.#sinceMs >= timeouts.bodyIdleTimeoutMs ? "response body idle timeout" : undefined;
  }
}
