import { moduleTooLarge } from "./module-failure.ts";

/** Appends to one buffer that is made large enough at the start to be grown rarely. */
export class ByteWriter {
  bytes: Uint8Array;
  length = 0;
  private readonly maxBytes: number;

  constructor(capacityBytes: number, maxBytes: number) {
    this.bytes = new Uint8Array(capacityBytes);
    this.maxBytes = maxBytes;
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.grow(1);
    this.bytes[this.length++] = value;
  }

  /** Unsigned LEB128, as short as it can be. */
  u32(value: number): void {
    while (value > 0x7f) {
      this.byte((value % 128) | 0x80);
      value = Math.floor(value / 128);
    }
    this.byte(value);
  }

  append(source: Uint8Array): void {
    this.range(source, 0, source.length);
  }

  /** Appends `source[start..end)`. */
  range(source: Uint8Array, start: number, end: number): void {
    const count = end - start;
    if (count > this.bytes.length - this.length) this.grow(count);
    const target = this.bytes;
    let at = this.length;
    this.length = at + count;
    // For a few bytes, a view made for `set` costs more than the copy.
    if (count > 48) target.set(source.subarray(start, end), at);
    else for (let index = start; index < end; index++) target[at++] = source[index] ?? 0;
  }

  /** Leaves room for a size that {@link closeSize} writes once the content is there; gives where the content starts. */
  openSize(expectedSize: number): number {
    for (let left = lengthOfU32(expectedSize); left > 0; left--) this.byte(0);
    return this.length;
  }

  /** Writes the size of all since `contentStart`, which was opened with the same `expectedSize`. */
  closeSize(contentStart: number, expectedSize: number): void {
    const size = this.length - contentStart;
    const reserved = lengthOfU32(expectedSize);
    const shift = lengthOfU32(size) - reserved;
    if (shift > 0) for (let left = shift; left > 0; left--) this.byte(0);
    if (shift !== 0) this.bytes.copyWithin(contentStart + shift, contentStart, contentStart + size);
    this.length = contentStart - reserved;
    this.u32(size);
    this.length += size;
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private grow(byteCount: number): void {
    const needed = this.length + byteCount;
    if (needed > this.maxBytes) throw moduleTooLarge(`rewritten, it is larger than ${this.maxBytes} bytes`);
    const grown = new Uint8Array(Math.min(Math.max(needed, this.bytes.length * 2), this.maxBytes));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}

function lengthOfU32(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) length++;
  return length;
}
