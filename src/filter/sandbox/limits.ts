import type { ByteCursor } from "./byte-cursor.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { moduleUnsupported } from "./module-failure.ts";

/** Size of a memory in pages, or of a table in elements (§5.3.9). */
export interface Limits {
  readonly initial: number;
  readonly maximum: number | undefined;
  readonly isShared: boolean;
}

/** Bytes of a page of memory. */
export const PAGE_BYTES = 65536;

/** The most that one memory, and one table in this engine, can have. */
export const MAX_PAGES = 65536;
export const MAX_TABLE_ELEMENTS = 10_000_000;

export function readMemoryLimits(cursor: ByteCursor): Limits {
  const limits = readLimits(cursor, "memory");
  if (limits.initial > MAX_PAGES) cursor.fail(`memory cannot have ${limits.initial} pages`);
  if (limits.maximum !== undefined && limits.maximum > MAX_PAGES) cursor.fail("memory maximum is too large");
  if (limits.isShared && limits.maximum === undefined) cursor.fail("shared memory has no maximum");
  return limits;
}

export function readTableLimits(cursor: ByteCursor): Limits {
  const limits = readLimits(cursor, "table");
  if (limits.isShared) throw moduleUnsupported("shared tables are not supported");
  return limits;
}

export function writeLimits(writer: ByteWriter, limits: Limits): void {
  writer.byte((limits.maximum === undefined ? 0 : 1) | (limits.isShared ? 2 : 0));
  writer.u32(limits.initial);
  if (limits.maximum !== undefined) writer.u32(limits.maximum);
}

/**
 * Shares out a cap over all memories or tables of a module: each gets what it starts with and an equal part of the
 * rest, so that together they stay below the cap, and each below `maxEach`. Undefined when they start above the cap.
 */
export function capLimits(all: readonly Limits[], cap: number, maxEach: number): readonly Limits[] | undefined {
  let left = cap;
  for (const limits of all) left -= limits.initial;
  if (left < 0) return undefined;
  const growth = Math.floor(left / Math.max(all.length, 1));
  return all.map((limits) => {
    const allowed = Math.min(limits.initial + growth, maxEach);
    return { ...limits, maximum: Math.min(limits.maximum ?? allowed, allowed) };
  });
}

function readLimits(cursor: ByteCursor, what: string): Limits {
  const flags = cursor.byte();
  if (flags > 0x0f) cursor.fail(`unknown ${what} limits 0x${flags.toString(16)}`);
  if ((flags & 4) !== 0) throw moduleUnsupported(`64-bit ${what} is not supported`);
  if ((flags & 8) !== 0) throw moduleUnsupported(`custom page sizes are not supported`);
  const initial = cursor.u32();
  const maximum = (flags & 1) === 0 ? undefined : cursor.u32();
  if (maximum !== undefined && maximum < initial) cursor.fail(`${what} maximum is below its initial size`);
  return { initial, maximum, isShared: (flags & 2) !== 0 };
}
