/** What is kept of a request's body for another try. Larger bodies are sent once only. */
export const MAX_REPLAY_BYTES: number = 64 * 1024;

/**
 * The beginning of a request's body: all of it while no connection has taken it, and what has been sent for as long as
 * it is small, so that it can be sent again.
 */
export class ReplayBody {
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #isWhole = true;

  /** Whether everything written so far is still held. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Pieces in order. Empty once the body has outgrown the buffer. */
  get chunks(): readonly Uint8Array[] {
    return this.#chunks;
  }

  /** Holds a piece that no connection has taken yet: nothing may be let go. */
  hold(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.byteLength;
  }

  /** Remembers a piece that was sent. */
  remember(chunk: Uint8Array): void {
    if (!this.#isWhole) return;
    this.hold(chunk);
    this.trim();
  }

  /** Lets everything go when it is too large; to be called once a connection has taken it all. */
  trim(): void {
    if (this.#bytes <= MAX_REPLAY_BYTES) return;
    this.release();
  }

  /** Lets everything go: there will be no other try. */
  release(): void {
    this.#chunks.length = 0;
    this.#bytes = 0;
    this.#isWhole = false;
  }
}
