import type { LogLevel, Logger } from "../../observe/log.ts";
import { RecentLines } from "./recent-lines.ts";

const RECENT_LINES = 8;
const MAX_LINE_BYTES = 4096;
const WINDOW_MS = 1000;

/** By ABI log level; there is no level above error here, so critical lines are errors too. */
const LEVELS: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error", "error"];

/**
 * What one filter logs: bounded in length and in lines per second, so that a filter cannot fill a disk, with the last
 * lines kept for the report of a trap.
 */
export class FilterLog {
  readonly #logger: Logger;
  readonly #filterName: string;
  readonly #linesPerSecond: number;
  readonly #recent = new RecentLines(RECENT_LINES);
  #windowStart = 0;
  #linesInWindow = 0;
  #droppedCount = 0;

  constructor(logger: Logger, filterName: string, linesPerSecond: number) {
    this.#logger = logger;
    this.#filterName = filterName;
    this.#linesPerSecond = linesPerSecond;
  }

  /** Longest line that is kept, in bytes; more is cut off. */
  get maxLineBytes(): number {
    return MAX_LINE_BYTES;
  }

  /** The most verbose ABI level that is written anywhere. */
  get lowestLevel(): number {
    for (let level = 0; level < 5; level++) if (this.isWanted(level)) return level;
    return 5;
  }

  /** False for levels that the ABI does not have. */
  isLevel(level: number): boolean {
    return level >= 0 && level < LEVELS.length;
  }

  /** Whether a line of an ABI level is worth decoding. Errors are: a trap often follows them. */
  isWanted(level: number): boolean {
    return level >= 4 || this.#logger.isEnabled(LEVELS[level] ?? "error");
  }

  /** Writes a line of an ABI level. */
  write(level: number, line: string, requestId: string | undefined): void {
    this.#recent.add(line);
    const name = LEVELS[level] ?? "error";
    if (!this.#logger.isEnabled(name) || !this.#mayWrite()) return;
    this.#logger.log(name, line, { filter: this.#filterName, request_id: requestId });
  }

  /** Writes a line of the host's about the filter. */
  report(level: LogLevel, message: string, fields: Readonly<Record<string, string | number>> = {}): void {
    this.#logger.log(level, message, { filter: this.#filterName, ...fields });
  }

  /** The filter's last lines, oldest first, as one text. */
  recentText(): string {
    return this.#recent.toArray().join(" | ");
  }

  #mayWrite(): boolean {
    const now = performance.now();
    if (now - this.#windowStart >= WINDOW_MS) {
      const dropped = this.#droppedCount;
      this.#windowStart = now;
      this.#linesInWindow = 0;
      this.#droppedCount = 0;
      if (dropped > 0) this.report("warn", "the filter logs too much, lines were dropped", { dropped_lines: dropped });
    }
    if (this.#linesInWindow >= this.#linesPerSecond) {
      this.#droppedCount++;
      return false;
    }
    this.#linesInWindow++;
    return true;
  }
}
