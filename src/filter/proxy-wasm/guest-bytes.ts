/** A guest's memory as bytes, with the buffer methods for byte strings that Bun has and its type declarations lack. */
export interface GuestBytes extends Uint8Array {
  /** The bytes from `start` to `end` as a string of U+0000 to U+00FF. */
  latin1Slice(start: number, end: number): string;
  /** Writes the low byte of each character. */
  latin1Write(text: string, offset: number): number;
  /** The bytes from `start` to `end` decoded as UTF-8; what is not UTF-8 becomes U+FFFD. */
  utf8Slice(start: number, end: number): string;
}

/** A view of all of `buffer`. */
export function guestBytes(buffer: ArrayBufferLike): GuestBytes {
  return Buffer.from(buffer) as unknown as GuestBytes;
}
