/**
 * Bytes in memory: how names and values go to the host and come from it without becoming strings on the way.
 * @module
 */
import { allocate } from "./scratch";

/** Bytes that never move and are never freed: names, literals, paths that are made once, when the filter is configured. */
@final
export class ByteString {
  constructor(
    readonly address: usize,
    readonly length: usize,
  ) {}

  /** The UTF-8 bytes of `text`. */
  static from(text: string): ByteString {
    const length = <usize>String.UTF8.byteLength(text);
    const address = heap.alloc(max(length, 1));
    String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, address);
    return new ByteString(address, length);
  }
}

/** Where the host puts the address and the size of what it returns. */
export const resultAddress: usize = memory.data(8, 4);
export const resultSize: usize = resultAddress + 4;

/** The address of what the host returned last, 0 when it was empty. Good until the callback returns. */
export function valueAddress(): usize {
  return load<usize>(resultAddress);
}

/** Its size in bytes. */
export function valueLength(): usize {
  return load<usize>(resultSize);
}

/** It as a string. What is not UTF-8 in it becomes U+FFFD. */
export function valueText(): string {
  return String.UTF8.decodeUnsafe(valueAddress(), valueLength());
}

/** Address of the UTF-8 bytes of `text` that {@link encode} wrote last, and their size. */
export let encodedAddress: usize = 0;
export let encodedLength: usize = 0;

/** Writes the UTF-8 bytes of `text` to scratch memory. */
export function encode(text: string): void {
  encodedLength = <usize>String.UTF8.byteLength(text);
  encodedAddress = allocate(encodedLength);
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, encodedAddress);
}
