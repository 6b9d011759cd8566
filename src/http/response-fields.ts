/**
 * Response heads as a backend sent them (RFC 9113 §8.3.2, RFC 9112 §6.3, RFC 9110 §7.6.1). What belongs to the
 * connection to the backend is removed; what no HTTP message may hold is a failure of the backend.
 * @module
 */
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { connectionOptions } from "./connection-options.ts";
import { canonicalContentLength, parseContentLength } from "./content-length.ts";
import { CONNECTION, CONTENT_LENGTH, fieldKind, INVALID, PROXY, TE, TRANSFER_ENCODING, UPGRADE } from "./field-kind.ts";
import type { HeadLimits } from "./head-limits.ts";
import type { ResponseHead } from "./head.ts";
import { isFieldValue, trimWhitespace } from "./header-syntax.ts";
import { lowerName } from "./lower-name.ts";

const NO_OPTIONS: readonly string[] = [];

/**
 * Reads the fields of an HTTP/2 response, `:status` among them, that `head.headers` was made over, in place. Returns
 * the declared content-length, -1 when there is none, or the failure. Mind that a response to HEAD and a 304 declare a
 * length and have no body. A head that failed must not be used.
 */
export function readHttp2Response(head: ResponseHead, limits: HeadLimits): number | Failure {
  const { fields } = head.headers;
  if (fields[0] !== ":status") return FAILURES.upstreamInvalidHead;
  head.status = parseStatus(fields[1] as string);
  return readFinal(head, 2, NO_OPTIONS, false, limits);
}

/**
 * Reads the raw fields of an HTTP/1.1 response, names in any case; `head.status` is set already. Otherwise as
 * {@link readHttp2Response}.
 */
export function readHttp1Response(head: ResponseHead, limits: HeadLimits): number | Failure {
  const removed = connectionOptions(head.headers.fields);
  return removed === undefined ? FAILURES.upstreamInvalidHead : readFinal(head, 0, removed, true, limits);
}

/**
 * Reads the fields of a 1xx response, in place, after `:status` was taken off. Undefined when it may be passed on; 101
 * may not, since nobody asked for it.
 */
export function readInformational(head: ResponseHead, isHttp1: boolean, limits: HeadLimits): Failure | undefined {
  const { status } = head;
  if (status < 100 || status > 199 || status === 101) return FAILURES.upstreamInvalidHead;
  const removed = isHttp1 ? connectionOptions(head.headers.fields) : NO_OPTIONS;
  if (removed === undefined) return FAILURES.upstreamInvalidHead;
  const result = readFields(head.headers.fields, 0, removed, isHttp1, false, limits);
  return typeof result === "number" ? undefined : result;
}

function readFinal(
  head: ResponseHead,
  start: number,
  removed: readonly string[],
  isHttp1: boolean,
  limits: HeadLimits,
): number | Failure {
  const { status } = head;
  if (status < 200 || status > 599) return FAILURES.upstreamInvalidHead;
  return readFields(head.headers.fields, start, removed, isHttp1, status !== 204, limits);
}

/** Three digits, or 0. */
function parseStatus(text: string): number {
  return /^\d{3}$/.test(text) ? Number(text) : 0;
}

function readFields(
  fields: string[],
  start: number,
  removed: readonly string[],
  isHttp1: boolean,
  mayDeclareLength: boolean,
  limits: HeadLimits,
): number | Failure {
  if ((fields.length - start) >> 1 > limits.maxHeadersCount) return FAILURES.upstreamHeadTooLarge;
  let contentLength = -1;
  let hasTransferEncoding = false;
  let bytes = 0;
  let to = 0;
  for (let from = start; from < fields.length; from += 2) {
    const rawName = fields[from] as string;
    const rawValue = fields[from + 1] as string;
    bytes += rawName.length + rawValue.length;
    const name = isHttp1 ? lowerName(rawName) : rawName;
    if (name === undefined) return FAILURES.upstreamInvalidHead;
    let value = trimWhitespace(rawValue);
    const kind = fieldKind(name);
    if (kind === INVALID || !isFieldValue(value)) return FAILURES.upstreamInvalidHead;
    if (kind === TRANSFER_ENCODING) hasTransferEncoding = true;
    if (isConnectionField(kind) || (removed.length > 0 && removed.includes(name))) continue;
    if (kind === CONTENT_LENGTH) {
      const length = parseContentLength(value);
      const isRepeated = contentLength >= 0;
      if (length < 0 || (isRepeated && contentLength !== length)) return FAILURES.upstreamInvalidHead;
      contentLength = length;
      if (isRepeated || !mayDeclareLength) continue;
      value = canonicalContentLength(value, length);
    }
    fields[to] = name;
    fields[to + 1] = value;
    to += 2;
  }
  if (bytes > limits.maxHeadersBytes) return FAILURES.upstreamHeadTooLarge;
  fields.length = to;
  // Two framings at once are how responses are split (RFC 9112 §6.3); over HTTP/2 the coding means nothing.
  if (isHttp1 && hasTransferEncoding && contentLength >= 0) return FAILURES.upstreamInvalidHead;
  return mayDeclareLength ? contentLength : -1;
}

function isConnectionField(kind: number): boolean {
  return kind === CONNECTION || kind === TRANSFER_ENCODING || kind === UPGRADE || kind === TE || kind === PROXY;
}
