import { ByteCursor } from "./byte-cursor.ts";
import type { ByteWriter } from "./byte-writer.ts";

/**
 * Reads a module and, on the way, writes the changed one: what is not changed is copied in ranges as long as they can
 * be. Where nothing is changed, nothing is allocated.
 */
export class ModuleRewriter extends ByteCursor {
  readonly out: ByteWriter;
  /** How many tables and memories were passed, imports first. */
  seenTableCount = 0;
  seenMemoryCount = 0;
  /** All before this offset is written, or left out. */
  private writtenTo = 0;

  constructor(bytes: Uint8Array, out: ByteWriter) {
    super(bytes);
    this.out = out;
  }

  /** Goes to a range of the module: what follows is copied from its start on. */
  enter(start: number, end: number): void {
    this.position = start;
    this.writtenTo = start;
    this.limit = end;
  }

  /** Writes all that was read before `end`. */
  copyTo(end: number): void {
    this.out.range(this.bytes, this.writtenTo, end);
    this.writtenTo = end;
  }

  /** Writes `code` between what lies before `at` and what follows. */
  insertAt(at: number, code: Uint8Array): void {
    this.copyTo(at);
    this.out.append(code);
  }

  /** Writes all before `start`, and leaves out what was read from there on: the caller writes what replaces it. */
  replaceFrom(start: number): ByteWriter {
    this.copyTo(start);
    this.writtenTo = this.position;
    return this.out;
  }

  /** Reads the length of a vector, and writes that plus `extraCount`. */
  countWith(extraCount: number, what: string): number {
    const start = this.position;
    const count = this.count(what);
    this.replaceFrom(start).u32(count + extraCount);
    return count;
  }
}
