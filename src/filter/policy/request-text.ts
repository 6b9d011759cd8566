import { hostEnd, hostStart } from "./authority-host.ts";

const QUESTION_MARK = 0x3f;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const LOWER_BIT = 0x20;
const ASCII_MAX = 0x7f;

/**
 * Up to here a loop over the characters writes a path faster than `encodeInto`, which costs 20 to 30 ns however short
 * the text is, and a search for the query on top of it.
 */
const LOOP_MAX_CHARS = 48;

const encoder = new TextEncoder();

/** Bytes that an UTF-8 character may have beyond the first: room that {@link writePath} wants after the last byte. */
export const PATH_SLACK_BYTES = 3;

/**
 * Writes a path without its query to the beginning of `target`, and gives the number of bytes. Of a path longer than
 * `maxBytes` only the first bytes count. `target` must have room for `maxBytes` and {@link PATH_SLACK_BYTES}.
 */
export function writePath(target: Uint8Array, path: string, maxBytes: number): number {
  const length = path.length;
  const limit = length < maxBytes ? length : maxBytes;
  if (limit > LOOP_MAX_CHARS) return encodePath(target, path, maxBytes);
  let index = 0;
  for (; index < limit; index++) {
    const char = path.charCodeAt(index);
    if (char === QUESTION_MARK) break;
    if (char > ASCII_MAX) return encodePath(target, path, maxBytes);
    target[index] = char;
  }
  return index;
}

function encodePath(target: Uint8Array, path: string, maxBytes: number): number {
  const { read, written } = encoder.encodeInto(path, target);
  const query = read === written ? path.indexOf("?") : target.indexOf(QUESTION_MARK);
  const end = query === -1 || query > written ? written : query;
  return end < maxBytes ? end : maxBytes;
}

/** Writes the host of an authority at `at`, and gives the number of bytes; -1 when there is no room for it. */
export function writeHost(target: Uint8Array, at: number, authority: string): number {
  const start = hostStart(authority);
  const end = hostEnd(authority, start);
  if (at + end - start > target.length) return -1;
  for (let index = start; index < end; index++) {
    let char = authority.charCodeAt(index);
    if (char > ASCII_MAX) return encodeHost(target, at, authority.slice(start, end));
    if (char >= UPPER_A && char <= UPPER_Z) char |= LOWER_BIT;
    target[at + index - start] = char;
  }
  return end - start;
}

function encodeHost(target: Uint8Array, at: number, host: string): number {
  const bytes = encoder.encode(host.toLowerCase());
  if (at + bytes.length > target.length) return -1;
  target.set(bytes, at);
  return bytes.length;
}
