import type { HeaderList } from "../../http/header-list.ts";
import { Status } from "./abi.ts";

/**
 * What a filter may write into one head before it is stopped; the head is checked against the real limits, which are
 * lower, when the callback is over.
 */
const MAX_FIELDS = 1024;

/**
 * A head as guests see it: pseudo-headers (RFC 9114 §4.3) are ordinary entries of the map. Names are lower case and,
 * like values, already checked. Writes give an ABI status.
 */
export interface HeaderMap {
  /** Entries, pseudo-headers included. */
  readonly count: number;
  /** All values joined (RFC 9110 §5.3), or undefined. */
  get(name: string): string | undefined;
  add(name: string, value: string): number;
  /** Gives `name` this one value, whether it was there or not. */
  replace(name: string, value: string): number;
  remove(name: string): number;
  /** Names and values in turn, pseudo-headers first. The array is the caller's. */
  toFields(): string[];
  /** Makes `fields` (names and values in turn) the whole map. Pseudo-headers that it lacks stay as they are. */
  assign(fields: readonly string[]): number;
}

/**
 * The values of `name` as one. Filters that decide on a header must see all of its values, not the first. Cookies are
 * joined by their own rule (RFC 9113 §8.2.3); of `set-cookie`, which has none, only the first is given.
 */
export function joinedValue(headers: HeaderList, name: string): string | undefined {
  const { fields } = headers;
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] !== name) continue;
    const first = fields[i + 1] as string;
    if (name === "set-cookie") return first;
    let joined = first;
    for (let j = i + 2; j < fields.length; j += 2) {
      if (fields[j] === name) joined += (name === "cookie" ? "; " : ", ") + (fields[j + 1] as string);
    }
    return joined;
  }
  return undefined;
}

/** Appends a field and gives the ABI status. */
export function appendField(headers: HeaderList, name: string, value: string): number {
  if (headers.count >= MAX_FIELDS) return Status.internalFailure;
  headers.append(name, value);
  return Status.ok;
}
