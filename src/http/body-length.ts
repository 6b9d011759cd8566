/**
 * Holds a body to its declared length (RFC 9110 §8.6). The wire libraries end a short body cleanly; passing that end on
 * would let the next hop take the rest of its connection for this body.
 */
export class BodyLength {
  /** Declared length in bytes, or -1 when nothing was declared. */
  readonly declared: number;
  #seen = 0;

  constructor(declared: number) {
    this.declared = declared;
  }

  /** Bytes counted so far. */
  get seen(): number {
    return this.#seen;
  }

  /** Counts bytes; false when there are now more than were declared. Such bytes must not be passed on. */
  add(bytes: number): boolean {
    this.#seen += bytes;
    return this.declared < 0 || this.#seen <= this.declared;
  }

  /** Whether the body may end here. */
  isComplete(): boolean {
    return this.declared < 0 || this.#seen === this.declared;
  }
}
