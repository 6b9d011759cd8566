/**
 * Hashes of what request keys name, found in place. All give undefined for what is missing or empty.
 * @module
 */
import type { HeaderList } from "./header-list.ts";
import { hashText } from "./key-hash.ts";

const TAB = 0x09;
const SPACE = 0x20;

export function hashWhole(text: string | undefined): number | undefined {
  return text === undefined ? undefined : hashPart(text, 0, text.length);
}

/** A path without its query. */
export function hashPath(path: string): number | undefined {
  const query = path.indexOf("?");
  return hashPart(path, 0, query === -1 ? path.length : query);
}

/** The first of a list that commas part, without the space around it. */
export function hashFirstElement(list: string | undefined): number | undefined {
  if (list === undefined) return undefined;
  const comma = list.indexOf(",");
  return hashTrimmed(list, 0, comma === -1 ? list.length : comma);
}

/** The token of `authorization: Bearer …` (RFC 6750 §2.1); the scheme has no case. */
export function hashBearerToken(headers: HeaderList): number | undefined {
  const value = headers.get("authorization");
  return value !== undefined && /^bearer /i.test(value)
    ? hashTrimmed(value, "bearer ".length, value.length)
    : undefined;
}

/** The first cookie of the name. HTTP/2 and HTTP/3 may send each cookie in a field of its own (RFC 9114 §4.2.1). */
export function hashCookie(headers: HeaderList, name: string): number | undefined {
  const { fields } = headers;
  for (let index = 0; index < fields.length; index += 2) {
    if (fields[index] !== "cookie") continue;
    const hash = hashPair(fields[index + 1] as string, 0, name, ";");
    if (hash !== undefined) return hash;
  }
  return undefined;
}

/** The first query parameter of the name. Name and value are compared as they came, with their escapes. */
export function hashQueryValue(path: string, name: string): number | undefined {
  const query = path.indexOf("?");
  return query === -1 ? undefined : hashPair(path, query + 1, name, "&");
}

/** The value of the first `name=value` that is not empty, from `start` on. */
function hashPair(text: string, start: number, name: string, separator: string): number | undefined {
  for (let from = start; from < text.length;) {
    const found = text.indexOf(separator, from);
    const end = found === -1 ? text.length : found;
    const at = skipSpace(text, from, end);
    const valueAt = at + name.length + 1;
    if (text.startsWith(name, at) && text[valueAt - 1] === "=" && valueAt <= end) {
      const hash = hashTrimmed(text, valueAt, end);
      if (hash !== undefined) return hash;
    }
    from = end + 1;
  }
  return undefined;
}

function hashTrimmed(text: string, start: number, end: number): number | undefined {
  const from = skipSpace(text, start, end);
  let to = end;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return hashPart(text, from, to);
}

function hashPart(text: string, start: number, end: number): number | undefined {
  return end > start ? hashText(text, start, end) : undefined;
}

function skipSpace(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(text.charCodeAt(at))) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === SPACE || code === TAB;
}
