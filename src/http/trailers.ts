/**
 * Trailer sections, of requests and responses alike (RFC 9110 §6.5, RFC 9114 §4.1). A backend may merge them into the
 * head, so a trailer must not be able to say what only a head may.
 * @module
 */
import { CONNECTION, fieldKind, INVALID, PLAIN, TE, TRANSFER_ENCODING, UPGRADE } from "./field-kind.ts";
import type { HeadLimits } from "./head-limits.ts";
import type { HeaderList } from "./header-list.ts";
import { isFieldValue, trimWhitespace } from "./header-syntax.ts";
import { lowerName } from "./lower-name.ts";

/**
 * Reads a trailer section in place. False when it is malformed: a pseudo-header, a bad name or value, too many or too
 * large fields, or, except on HTTP/1.1, a connection-specific field. Fields that may not be trailers (framing, routing,
 * authentication, content and request modifiers: RFC 9110 §6.5.1) are dropped.
 */
export function readTrailers(trailers: HeaderList, isHttp1: boolean, limits: HeadLimits): boolean {
  const { fields } = trailers;
  if (trailers.count > limits.maxHeadersCount || trailers.bytes > limits.maxHeadersBytes) return false;
  let to = 0;
  for (let from = 0; from < fields.length; from += 2) {
    const rawName = fields[from] as string;
    const name = isHttp1 ? lowerName(rawName) : rawName;
    if (name === undefined) return false;
    const value = isHttp1 ? trimWhitespace(fields[from + 1] as string) : (fields[from + 1] as string);
    const kind = fieldKind(name);
    if (kind === INVALID || !isFieldValue(value)) return false;
    if (kind === PLAIN) {
      fields[to] = name;
      fields[to + 1] = value;
      to += 2;
    } else if (!isHttp1 && isConnectionField(kind)) {
      return false;
    }
  }
  fields.length = to;
  return true;
}

function isConnectionField(kind: number): boolean {
  return kind === CONNECTION || kind === TRANSFER_ENCODING || kind === UPGRADE || kind === TE;
}
