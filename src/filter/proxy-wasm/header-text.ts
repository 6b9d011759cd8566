/**
 * What guests may pass as header names and values. Strings are byte strings.
 * @module
 */
import { CONNECTION, TRANSFER_ENCODING, UPGRADE, fieldKind } from "../../http/field-kind.ts";
import { isFieldName, isFieldValue, trimWhitespace } from "../../http/header-syntax.ts";

const PSEUDO_HEADERS: ReadonlySet<string> = new Set([":method", ":scheme", ":authority", ":path", ":status"]);
const COLON = 0x3a;

/** Longer than any head may be as a whole. */
const MAX_VALUE_BYTES = 65_536;

/** Whether a checked name is that of a pseudo-header (RFC 9114 §4.3). */
export function isPseudoHeader(name: string): boolean {
  return name.charCodeAt(0) === COLON;
}

/**
 * Whether writing a field may break a rule that looks at more than its own name and value: the head must then be
 * checked as a whole.
 */
export function needsHeadCheck(name: string): boolean {
  return isPseudoHeader(name) || name === "content-length" || name === "host" || name === "te";
}

/** The name to look up for what a guest asked for, in lower case; undefined when no header can have it. */
export function toHeaderName(raw: string): string | undefined {
  const name = raw.toLowerCase();
  return PSEUDO_HEADERS.has(name) || isFieldName(name) ? name : undefined;
}

/** The name under which a guest may write; undefined also for fields of one connection alone (RFC 9110 §7.6.1). */
export function toWritableName(raw: string): string | undefined {
  const name = toHeaderName(raw);
  if (name === undefined || isPseudoHeader(name)) return name;
  const kind = fieldKind(name);
  return kind === CONNECTION || kind === TRANSFER_ENCODING || kind === UPGRADE ? undefined : name;
}

/** The value to write for what a guest passed, without white space at its ends; undefined when no header may have it. */
export function toHeaderValue(raw: string): string | undefined {
  if (raw.length > MAX_VALUE_BYTES) return undefined;
  const value = trimWhitespace(raw);
  return isFieldValue(value) ? value : undefined;
}
