import { moduleInvalid, moduleTooLarge } from "./module-failure.ts";

/**
 * Reads one module strictly by the binary format (WebAssembly core specification, §5). Every read stays below
 * {@link ByteCursor.limit} and moves forward, so that whatever the bytes are, reading them ends.
 *
 * Strict LEB128 is a matter of safety, not of taste: were a number read here to another length than by the engine, the
 * two would see different instructions, and a loop could hide from the meter.
 */
export class ByteCursor {
  readonly bytes: Uint8Array;
  position: number;
  /** Reads at or past this offset fail. */
  limit: number;

  constructor(bytes: Uint8Array, position = 0, limit: number = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.limit = limit;
  }

  byte(): number {
    if (this.position >= this.limit) this.fail("unexpected end");
    return this.bytes[this.position++] ?? 0;
  }

  /** The byte that {@link byte} would give, or -1 at the end. */
  peek(): number {
    return this.position < this.limit ? (this.bytes[this.position] ?? 0) : -1;
  }

  skip(byteCount: number): void {
    if (byteCount > this.limit - this.position) this.fail("unexpected end");
    this.position += byteCount;
  }

  /** Unsigned LEB128 of at most 32 bits (§5.2.2). */
  u32(): number {
    const first = this.position < this.limit ? (this.bytes[this.position] ?? 0) : 0x80;
    if (first < 0x80) {
      this.position++;
      return first;
    }
    return this.longU32();
  }

  /** Signed LEB128 of at most 33 bits, as block types and heap types have. */
  s33(): number {
    let result = 0;
    let scale = 1;
    for (let index = 0; index < 5; index++) {
      const byte = this.byte();
      result += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) {
        // Bits 5 and 6 of a fifth byte lie past bit 32 and must repeat the sign.
        if (index === 4 && (byte & 0x70) !== 0 && (byte & 0x70) !== 0x70) this.fail("integer is too large");
        return (byte & 0x40) === 0 ? result : result - scale;
      }
    }
    return this.fail("integer is too long");
  }

  /** Passes over a signed LEB128 of 32 bits. */
  skipS32(): void {
    for (let index = 0; index < 4; index++) if (this.byte() < 0x80) return;
    const last = this.byte();
    if (last > 0x7f) this.fail("integer is too long");
    if ((last & 0x78) !== 0 && (last & 0x78) !== 0x78) this.fail("integer is too large");
  }

  /** Passes over a signed LEB128 of 64 bits. */
  skipS64(): void {
    for (let index = 0; index < 9; index++) if (this.byte() < 0x80) return;
    const last = this.byte();
    if (last !== 0 && last !== 0x7f) this.fail("integer is too large");
  }

  /** Length of a vector; one that cannot fit in what is left is refused before anything is reserved for it. */
  count(what: string, maximum = 0xffffffff): number {
    const count = this.u32();
    if (count > this.limit - this.position) this.fail(`${count} ${what} do not fit in the section`);
    if (count > maximum) throw moduleTooLarge(`${count} ${what}, where ${maximum} are allowed`);
    return count;
  }

  /** An index that must lie below `size`. Indices from there on are ours once the module is rewritten. */
  index(size: number, what: string): number {
    const index = this.u32();
    if (index >= size) this.fail(`there is no ${what} ${index}`);
    return index;
  }

  name(): string {
    const length = this.u32();
    const start = this.position;
    this.skip(length);
    try {
      return utf8.decode(this.bytes.subarray(start, this.position));
    } catch {
      return this.fail("name is not UTF-8");
    }
  }

  fail(detail: string): never {
    throw moduleInvalid(`${detail}, at byte ${this.position}`);
  }

  private longU32(): number {
    let result = 0;
    let scale = 1;
    for (let index = 0; index < 4; index++) {
      const byte = this.byte();
      result += (byte & 0x7f) * scale;
      if (byte < 0x80) return result;
      scale *= 128;
    }
    const last = this.byte();
    if (last > 0x7f) this.fail("integer is too long");
    if (last > 0x0f) this.fail("integer is too large");
    return result + last * scale;
  }
}

const utf8: { decode(bytes: Uint8Array): string } = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
