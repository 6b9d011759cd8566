/**
 * Request paths in one canonical form. Filters, the router, access rules and the backend must all see the same path:
 * what one of them would still decode or shorten is done here, once, or refused (RFC 3986 §5.2.4, §6.2.2).
 * @module
 */

const SLASH = 0x2f;
const DOT = 0x2e;
const PERCENT = 0x25;
const QUESTION = 0x3f;

/** May not be in a path, or not in a query. */
const REFUSED = 0;
/** Stays as it is. */
const KEPT = 1;
/** RFC 3986 allows it only as an escape; browsers send some of these as they are. */
const ESCAPED = 2;

const PATH_CLASSES: Uint8Array = new Uint8Array(0x10000);
const QUERY_CLASSES: Uint8Array = new Uint8Array(0x10000);
for (let code = 0x21; code < 0x7f; code++) {
  PATH_CLASSES[code] = KEPT;
  QUERY_CLASSES[code] = KEPT;
}
for (const char of '"<>[]^`{|}') PATH_CLASSES[char.charCodeAt(0)] = ESCAPED;
for (const char of "#\\") PATH_CLASSES[char.charCodeAt(0)] = REFUSED;
QUERY_CLASSES["#".charCodeAt(0)] = REFUSED;

/**
 * Canonical form of an origin-form target (RFC 9112 §3.2.1), path and query, or undefined when it is refused.
 *
 * Done: escapes of unreserved characters decoded, other escapes in upper case, characters that must be escaped
 * escaped, dot segments removed (never above the root), runs of slashes merged. The query is left as it came.
 * Refused: no leading slash, `%2F`, `%5C`, `%00`, `\`, a broken escape, `#`, controls, spaces, bytes outside ASCII, and dot
 * segments with parameters (`..;`), which some servers take for dot segments.
 *
 * A path that is canonical is returned as it is, uncopied. Applying the function twice changes nothing more.
 */
export function canonicalPath(raw: string): string | undefined {
  const { length } = raw;
  if (raw.charCodeAt(0) !== SLASH) return undefined;
  let previous = 0;
  let i = 0;
  for (; i < length; i++) {
    const code = raw.charCodeAt(i);
    if (code === QUESTION) break;
    if (PATH_CLASSES[code] !== KEPT || code === PERCENT) return rebuild(raw);
    // A segment that starts with a dot, or an empty one: rare enough to look at closely elsewhere.
    if (previous === SLASH && (code === SLASH || code === DOT)) return rebuild(raw);
    previous = code;
  }
  return isQuery(raw, i) ? raw : undefined;
}

/** Path without the query. Returns the same string when there is no query. */
export function pathOf(target: string): string {
  const query = target.indexOf("?");
  return query === -1 ? target : target.slice(0, query);
}

function isQuery(raw: string, start: number): boolean {
  for (let i = start; i < raw.length; i++) if (QUERY_CLASSES[raw.charCodeAt(i)] !== KEPT) return false;
  return true;
}

function rebuild(raw: string): string | undefined {
  const query = raw.indexOf("?");
  const end = query === -1 ? raw.length : query;
  if (!isQuery(raw, end)) return undefined;
  const segments: string[] = [];
  let isDirectory = true;
  for (let start = 1; start <= end;) {
    let slash = raw.indexOf("/", start);
    if (slash === -1 || slash > end) slash = end;
    const segment = canonicalSegment(raw, start, slash);
    if (segment === undefined) return undefined;
    isDirectory = segment === "" || segment === "." || segment === "..";
    if (segment === "..") segments.pop();
    else if (!isDirectory) segments.push(segment);
    start = slash + 1;
  }
  const path = segments.length === 0 ? "/" : `/${segments.join("/")}${isDirectory ? "/" : ""}`;
  if (query === -1) return path === raw ? raw : path;
  return path + raw.slice(query);
}

function canonicalSegment(raw: string, start: number, end: number): string | undefined {
  let segment = "";
  let copied = start;
  for (let i = start; i < end; i++) {
    const code = raw.charCodeAt(i);
    const kind = PATH_CLASSES[code];
    if (kind === REFUSED) return undefined;
    if (kind === KEPT && code !== PERCENT) continue;
    segment += raw.slice(copied, i);
    if (code === PERCENT) {
      const byte = i + 2 < end ? (hexDigit(raw.charCodeAt(i + 1)) << 4) | hexDigit(raw.charCodeAt(i + 2)) : -1;
      if (byte <= 0 || byte === SLASH || byte === 0x5c) return undefined;
      segment += isUnreserved(byte) ? String.fromCharCode(byte) : toEscape(byte);
      i += 2;
    } else {
      segment += toEscape(code);
    }
    copied = i + 1;
  }
  segment += raw.slice(copied, end);
  return isDotSegmentWithParameters(segment) ? undefined : segment;
}

function isDotSegmentWithParameters(segment: string): boolean {
  if (segment.charCodeAt(0) !== DOT) return false;
  const rest = segment.charCodeAt(1) === DOT ? 2 : 1;
  return segment.startsWith(";", rest) || segment.startsWith("%3B", rest);
}

/** Value of a hexadecimal digit; negative, and so after any shift and `|`, when it is none. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function toEscape(byte: number): string {
  return `%${byte < 0x10 ? "0" : ""}${byte.toString(16).toUpperCase()}`;
}

/** RFC 3986 §2.3. */
function isUnreserved(code: number): boolean {
  const lower = code | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2d ||
    code === DOT ||
    code === 0x5f ||
    code === 0x7e
  );
}
