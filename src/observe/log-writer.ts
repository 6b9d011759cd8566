import { fstatSync, write, writeSync } from "node:fs";

/** Short enough that a line is seen at once, long enough that a busy shard writes hundreds of lines in one call. */
const FLUSH_DELAY_MS = 20;
/** What waits is bounded: a reader that stopped reading costs lines, never memory. In UTF-16 units. */
const MAX_PENDING_LENGTH = 4 << 20;
/** So much is written without waiting for the timer. */
const EAGER_LENGTH = 64 << 10;
/** A pipe keeps writes up to PIPE_BUF whole (pipe(7)), so that the lines of several processes do not mix. */
const PIPE_WRITE_BYTES = 4096;
const NEWLINE = 10;

/**
 * Writes lines to a file descriptor from the thread pool. Nothing here blocks the caller, however slow the reader:
 * lines that find the queue full are dropped and counted.
 */
export class LogWriter {
  readonly #fd: number;
  readonly #maxWriteBytes: number;
  readonly #describeDrops: (count: number) => string;
  #pending = "";
  #chunk: Uint8Array = new Uint8Array(0);
  #isWriting = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unreportedDropCount = 0;
  #droppedCount = 0;
  #waiters: (() => void)[] = [];

  /** `describeDrops` makes the line that is written, once there is room again, in place of so many dropped ones. */
  constructor(fd: number, describeDrops: (count: number) => string) {
    this.#fd = fd;
    this.#maxWriteBytes = isPipe(fd) ? PIPE_WRITE_BYTES : Number.POSITIVE_INFINITY;
    this.#describeDrops = describeDrops;
  }

  /** Lines lost so far. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  /** Queues a line, which ends with a newline. */
  write(line: string): void {
    if (this.#pending.length + line.length > MAX_PENDING_LENGTH) {
      this.#unreportedDropCount++;
      this.#droppedCount++;
      return;
    }
    this.#pending += line;
    if (this.#isWriting) return;
    if (this.#pending.length >= EAGER_LENGTH) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), FLUSH_DELAY_MS).unref();
  }

  /** Resolves when all that was queued is written, or after `deadlineMs`; says which. */
  flush(deadlineMs: number): Promise<boolean> {
    if (!this.#isWriting && this.#pending === "") return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), deadlineMs);
      this.#waiters.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
      if (!this.#isWriting) this.#start();
    });
  }

  /** For a process that is about to end. Writes what is queued, unless an earlier write is stuck in its reader. */
  flushAtExit(): void {
    if (this.#isWriting || this.#pending === "") return;
    try {
      writeSync(this.#fd, this.#pending);
    } catch {
      // There is nobody left to tell.
    }
    this.#pending = "";
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isWriting || this.#pending === "") return;
    if (this.#unreportedDropCount > 0) {
      this.#pending += this.#describeDrops(this.#unreportedDropCount);
      this.#unreportedDropCount = 0;
    }
    this.#chunk = new TextEncoder().encode(this.#pending);
    this.#pending = "";
    this.#isWriting = true;
    this.#writeChunk();
  }

  #writeChunk(): void {
    write(this.#fd, this.#chunk, 0, this.#nextLength(), null, (error, writtenBytes) => {
      if (error?.code === "EAGAIN") {
        setTimeout(() => this.#writeChunk(), FLUSH_DELAY_MS).unref();
        return;
      }
      // On any other error the chunk is lost: a full disk or a closed pipe must not stop the proxy.
      this.#chunk = error === null ? this.#chunk.subarray(writtenBytes) : this.#chunk.subarray(this.#chunk.length);
      if (this.#chunk.length > 0) this.#writeChunk();
      else this.#finish();
    });
  }

  #nextLength(): number {
    if (this.#chunk.length <= this.#maxWriteBytes) return this.#chunk.length;
    const lastEnd = this.#chunk.lastIndexOf(NEWLINE, this.#maxWriteBytes - 1) + 1;
    // A line longer than that cannot be kept whole by any split.
    return lastEnd || this.#chunk.indexOf(NEWLINE) + 1 || this.#chunk.length;
  }

  #finish(): void {
    this.#isWriting = false;
    if (this.#pending !== "") {
      this.#start();
      return;
    }
    for (const waiter of this.#waiters.splice(0)) waiter();
  }
}

function isPipe(fd: number): boolean {
  try {
    const status = fstatSync(fd);
    return status.isFIFO() || status.isSocket();
  } catch {
    return false;
  }
}
