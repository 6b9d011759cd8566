/**
 * The rules for heads as the proxy itself holds them: run after each filter and before a head is written. Who breaks
 * them is for the caller to say; the failure only says which rule it was.
 *
 * Most fields are the very strings that the last call has passed, so those are remembered by place and not looked at
 * again: strings never change, and a comparison of the same string is one of addresses.
 * @module
 */
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { canonicalAuthority } from "./authority.ts";
import { parseContentLength } from "./content-length.ts";
import { CONNECTION, CONTENT_LENGTH, fieldKind, HOST, INVALID, TE, TRANSFER_ENCODING, UPGRADE } from "./field-kind.ts";
import type { RequestHead, ResponseHead } from "./head.ts";
import type { HeaderList } from "./header-list.ts";
import { isFieldValue, isToken } from "./header-syntax.ts";
import { canonicalPath } from "./path.ts";

/** Places in the array of fields; those beyond are looked at each time. */
const REMEMBERED = 128;

/** Fields that passed last and mean nothing special, in their places: names at even, values at odd ones. */
const passed: string[] = Array.from({ length: REMEMBERED }, () => "");

/**
 * Checks a request head and puts its authority and path in canonical form again. `contentLength` is what the request
 * declared when it came (-1: nothing): a field that says otherwise would be the start of request smuggling.
 */
export function checkRequestHead(head: RequestHead, contentLength: number): Failure | undefined {
  if (head.method === "CONNECT") return FAILURES.connectNotSupported;
  if (!isToken(head.method)) return FAILURES.invalidMethod;
  if (head.scheme !== "https" && head.scheme !== "http") return FAILURES.invalidScheme;
  const authority = canonicalAuthority(head.authority, head.scheme);
  if (authority === undefined) return FAILURES.invalidAuthority;
  head.authority = authority;
  if (head.path !== "*" || head.method !== "OPTIONS") {
    const path = canonicalPath(head.path);
    if (path === undefined) return FAILURES.invalidPath;
    head.path = path;
  }
  return checkFields(head.headers.fields, contentLength, true);
}

/** Checks a response head; `contentLength` is what the backend declared (-1: nothing). */
export function checkResponseHead(head: ResponseHead, contentLength: number): Failure | undefined {
  const { status } = head;
  if (!Number.isInteger(status) || status < 200 || status > 599) return FAILURES.upstreamInvalidHead;
  return checkFields(head.headers.fields, contentLength, false);
}

/** Checks the syntax of trailers. */
export function checkTrailers(trailers: HeaderList): Failure | undefined {
  return checkFields(trailers.fields, -1, false);
}

function checkFields(fields: readonly string[], contentLength: number, isRequest: boolean): Failure | undefined {
  let hasLength = false;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    const value = fields[i + 1] as string;
    if (i < REMEMBERED && name === passed[i] && value === passed[i + 1]) continue;
    const kind = fieldKind(name);
    if (kind === INVALID) return FAILURES.invalidHeaderName;
    if (!isFieldValue(value)) return FAILURES.invalidHeaderValue;
    switch (kind) {
      case CONNECTION:
      case TRANSFER_ENCODING:
      case UPGRADE:
        return FAILURES.connectionSpecificHeader;
      case TE:
        if (!isRequest || value !== "trailers") return FAILURES.connectionSpecificHeader;
        break;
      case HOST:
        if (isRequest) return FAILURES.invalidAuthority;
        break;
      case CONTENT_LENGTH:
        if (hasLength || contentLength < 0) return FAILURES.conflictingContentLength;
        if (parseContentLength(value) !== contentLength) return FAILURES.conflictingContentLength;
        hasLength = true;
        break;
      default:
        if (i < REMEMBERED) {
          passed[i] = name;
          passed[i + 1] = value;
        }
    }
  }
  return undefined;
}
