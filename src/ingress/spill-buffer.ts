/**
 * Holds what a client sent of a body and the backend did not take yet: the first part in memory, the rest in a file.
 * @module
 */
import { closeSync, mkdtempSync, openSync, readSync, rmdirSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What is held in memory before the file is opened, in bytes. */
const MEMORY_LIMIT_BYTES = 256 * 1024;
/** Size of the pieces that come back from the file, in bytes. */
const READ_BYTES = 64 * 1024;

/** How much of request bodies a shard may hold in all buffers together. */
export interface SpillBudget {
  readonly limitBytes: number;
  usedBytes: number;
}

/**
 * First in, first out. The file has no name from the moment it is open, so that it goes with the process at the
 * latest. Reads and writes go to the page cache and are synchronous: a disk that cannot keep up slows the shard down
 * instead of filling its memory.
 */
export class SpillBuffer {
  readonly #budget: SpillBudget;
  #memory: Uint8Array[] = [];
  #memoryBytes = 0;
  #fd = -1;
  #readAt = 0;
  #writeAt = 0;

  constructor(budget: SpillBudget) {
    this.#budget = budget;
  }

  get isEmpty(): boolean {
    return this.#memory.length === 0 && this.#readAt === this.#writeAt;
  }

  /**
   * Takes a piece at the end. False when the shard's budget is used up: the piece is not taken.
   * Throws when the file cannot be made or written.
   */
  push(chunk: Uint8Array): boolean {
    const budget = this.#budget;
    if (budget.usedBytes + chunk.byteLength > budget.limitBytes) return false;
    // Once there is something in the file, memory is behind it in order only until the file is read again.
    if (this.#readAt === this.#writeAt && this.#memoryBytes < MEMORY_LIMIT_BYTES) {
      this.#memory.push(chunk);
      this.#memoryBytes += chunk.byteLength;
    } else {
      if (this.#fd === -1) this.#fd = openNameless();
      for (let done = 0; done < chunk.byteLength;) {
        const written = writeSync(this.#fd, chunk, done, chunk.byteLength - done, this.#writeAt);
        done += written;
        this.#writeAt += written;
      }
    }
    budget.usedBytes += chunk.byteLength;
    return true;
  }

  /** Takes the oldest piece out, or undefined. Throws when the file cannot be read. */
  shift(): Uint8Array | undefined {
    const chunk = this.#memory.shift() ?? this.#readFile();
    if (chunk === undefined) return undefined;
    if (this.#memoryBytes > 0) this.#memoryBytes -= chunk.byteLength;
    this.#budget.usedBytes -= chunk.byteLength;
    return chunk;
  }

  /** Forgets all that is held. */
  dispose(): void {
    this.#budget.usedBytes -= this.#memoryBytes + (this.#writeAt - this.#readAt);
    this.#memory = [];
    this.#memoryBytes = 0;
    this.#readAt = this.#writeAt;
    if (this.#fd !== -1) closeSync(this.#fd);
    this.#fd = -1;
  }

  #readFile(): Uint8Array | undefined {
    const left = this.#writeAt - this.#readAt;
    if (left === 0) return undefined;
    const piece = new Uint8Array(Math.min(left, READ_BYTES));
    const read = readSync(this.#fd, piece, 0, piece.byteLength, this.#readAt);
    if (read === 0) throw new Error("the file of a held request body is shorter than what was written");
    this.#readAt += read;
    if (this.#readAt === this.#writeAt) {
      // The next piece may overwrite what nobody needs any more.
      this.#readAt = 0;
      this.#writeAt = 0;
    }
    return read === piece.byteLength ? piece : piece.subarray(0, read);
  }
}

function openNameless(): number {
  const directory = mkdtempSync(join(tmpdir(), "spooky-body-"));
  const path = join(directory, "body");
  const fd = openSync(path, "wx+", 0o600);
  unlinkSync(path);
  rmdirSync(directory);
  return fd;
}
