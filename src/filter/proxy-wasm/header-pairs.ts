/**
 * Header maps in their serialised form ("pairs"): a count, the two lengths of each pair, then names and values, each
 * ended by a zero byte. Little endian, nothing aligned.
 * @module
 */
import type { GuestMemory } from "./guest-memory.ts";

/** As other hosts have it: longer maps are refused. */
const MAX_PAIRS = 1024;
const MAX_BYTES = 1 << 20;

/** Size in bytes of the serialised form of `fields` (names and values in turn); 0 when there are none. */
export function pairsSize(fields: readonly string[]): number {
  if (fields.length === 0) return 0;
  let size = 4;
  for (let i = 0; i < fields.length; i++) size += 5 + (fields[i] as string).length;
  return size;
}

/** Writes the serialised form at `pointer`, where {@link pairsSize} bytes are covered. */
export function writePairs(memory: GuestMemory, pointer: number, fields: readonly string[]): void {
  const { bytes, view } = memory;
  view.setUint32(pointer, fields.length >>> 1, true);
  let head = pointer + 4;
  let at = head + fields.length * 4;
  for (let i = 0; i < fields.length; i++) {
    const text = fields[i] as string;
    view.setUint32(head, text.length, true);
    head += 4;
    memory.writeText(at, text);
    at += text.length;
    bytes[at++] = 0;
  }
}

/**
 * Reads a serialised map from a covered range: names and values in turn, as byte strings that nobody has checked yet.
 * Undefined when it is not one.
 */
export function readPairs(memory: GuestMemory, pointer: number, size: number): string[] | undefined {
  if (size === 0) return [];
  const { bytes, view } = memory;
  if (size === 1) return bytes[pointer] === 0 ? [] : undefined;
  if (size < 4 || size > MAX_BYTES) return undefined;
  memory.chargeBytes(size);
  const count = view.getUint32(pointer, true);
  if (count > MAX_PAIRS || 4 + count * 10 > size) return undefined;
  const end = pointer + size;
  let head = pointer + 4;
  let at = head + count * 8;
  const fields: string[] = [];
  for (let i = 0; i < count * 2; i++) {
    const length = view.getUint32(head, true);
    head += 4;
    const next = at + length;
    if (next >= end || bytes[next] !== 0) return undefined;
    fields.push(bytes.latin1Slice(at, next));
    at = next + 1;
  }
  return at === end ? fields : undefined;
}
