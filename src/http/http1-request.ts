/**
 * Request heads of HTTP/1.1 and HTTP/1.0: after reading, no different from the others (RFC 9112 §3, §6.3, RFC 9110
 * §7.6.1).
 * @module
 */
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { connectionOptions } from "./connection-options.ts";
import { CONNECTION, fieldKind, INVALID, TE, TRANSFER_ENCODING, UPGRADE } from "./field-kind.ts";
import type { HeadLimits } from "./head-limits.ts";
import type { RequestHead } from "./head.ts";
import { isFieldValue, trimWhitespace } from "./header-syntax.ts";
import { lowerName } from "./lower-name.ts";
import { RequestAssembly } from "./request-assembly.ts";
import { hasTrailersCoding } from "./trailers-coding.ts";

/** The request line, and the scheme of the connection it came over. */
export interface RequestLine {
  readonly method: string;
  /** As it came, in any of the four forms of RFC 9112 §3.2. */
  readonly target: string;
  readonly version: "HTTP/1.1" | "HTTP/1.0";
  readonly scheme: "https" | "http";
}

const assembly: RequestAssembly = new RequestAssembly();
let hasChunked = false;
let hasTe = false;

/**
 * Reads a flat array of names, in any case, and values that `head.headers` was made over, in place. Fields that belong
 * to the connection are removed; `expect` is left for the ingress.
 *
 * Returns the length of the body: 0 when neither content-length nor transfer-encoding came, -1 when it is chunked
 * (RFC 9112 §6.3), or the failure to answer with. After a failure the connection must be closed: where the next
 * request starts is not known.
 */
export function readHttp1Request(head: RequestHead, line: RequestLine, limits: HeadLimits): number | Failure {
  const { fields } = head.headers;
  const end = fields.length;
  const removed = connectionOptions(fields);
  assembly.begin(fields, limits);
  hasChunked = false;
  hasTe = false;
  if (removed === undefined) return assembly.abandon(FAILURES.connectionSpecificHeader);
  const failure = readRequestLine(line);
  if (failure !== undefined) return assembly.abandon(failure);
  for (let i = 0; i < end; i += 2) {
    const fieldFailure = readField(fields[i] as string, fields[i + 1] as string, removed, line.version);
    if (fieldFailure !== undefined) return assembly.abandon(fieldFailure);
  }
  const { contentLength } = assembly;
  if (hasChunked && contentLength >= 0) return assembly.abandon(FAILURES.conflictingContentLength);
  if (line.version === "HTTP/1.1" && !assembly.hasHost) return assembly.abandon(FAILURES.missingAuthority);
  const headFailure = assembly.finish(head);
  if (headFailure !== undefined) return headFailure;
  return contentLength < 0 && !hasChunked ? 0 : contentLength;
}

function readRequestLine(line: RequestLine): Failure | undefined {
  // Counted under the names that it has elsewhere, so that one limit means the same for every version.
  const failure = assembly.count(":method", line.method) ?? assembly.count(":path", line.target);
  if (failure !== undefined) return failure;
  assembly.method = line.method;
  assembly.scheme = line.scheme;
  assembly.target = line.target;
  const separator = line.target.startsWith("/") ? -1 : line.target.indexOf("://");
  if (separator <= 0) return undefined;
  assembly.scheme = line.target.slice(0, separator);
  const rest = line.target.slice(separator + 3);
  const authorityEnd = rest.search(/[/?#]/);
  assembly.authority = authorityEnd === -1 ? rest : rest.slice(0, authorityEnd);
  if (authorityEnd === -1) assembly.target = line.method === "OPTIONS" ? "*" : "/";
  else assembly.target = rest[authorityEnd] === "/" ? rest.slice(authorityEnd) : `/${rest.slice(authorityEnd)}`;
  return undefined;
}

function readField(
  rawName: string,
  rawValue: string,
  removed: readonly string[],
  version: RequestLine["version"],
): Failure | undefined {
  const failure = assembly.count(rawName, rawValue);
  if (failure !== undefined) return failure;
  const name = lowerName(rawName);
  if (name === undefined) return FAILURES.invalidHeaderName;
  const value = trimWhitespace(rawValue);
  const kind = fieldKind(name);
  switch (kind) {
    case INVALID:
      return FAILURES.invalidHeaderName;
    case CONNECTION:
      return isFieldValue(value) ? undefined : FAILURES.invalidHeaderValue;
    case TRANSFER_ENCODING:
      return readTransferEncoding(value, version);
    case UPGRADE:
      return readUpgrade(value);
    case TE:
      return readTe(value);
    default:
  }
  if (removed.length > 0 && removed.includes(name)) {
    return isFieldValue(value) ? undefined : FAILURES.invalidHeaderValue;
  }
  return assembly.add(name, kind, value);
}

/** Only one whole `chunked` is understood; anything that another parser may read differently is refused. */
function readTransferEncoding(value: string, version: RequestLine["version"]): Failure | undefined {
  if (version === "HTTP/1.0" || hasChunked) return FAILURES.invalidTransferEncoding;
  if (!isFieldValue(value)) return FAILURES.invalidHeaderValue;
  if (value.toLowerCase() !== "chunked") return FAILURES.unsupportedTransferEncoding;
  hasChunked = true;
  return undefined;
}

/** An offer that may be ignored (RFC 9110 §7.8), except that a WebSocket client has no use for any other answer. */
function readUpgrade(value: string): Failure | undefined {
  if (!isFieldValue(value)) return FAILURES.invalidHeaderValue;
  return value.toLowerCase().includes("websocket") ? FAILURES.unsupportedUpgrade : undefined;
}

/** The next hop is told about trailers alone: transfer codings are for this connection (RFC 9110 §10.1.4). */
function readTe(value: string): Failure | undefined {
  if (!isFieldValue(value)) return FAILURES.invalidHeaderValue;
  if (hasTe || !hasTrailersCoding(value)) return undefined;
  hasTe = true;
  return assembly.add("te", TE, "trailers");
}
