/**
 * The last change to a request's fields before they go to a backend: what concerned this proxy alone goes, what the
 * backend should know about the client comes.
 * @module
 */
import type { FieldKind } from "./field-kind.ts";
import {
  CONNECTION,
  fieldKind,
  FORWARDED,
  FORWARDED_FOR,
  FORWARDED_HOST,
  FORWARDED_PROTO,
  HOST,
  PROXY,
  REQUEST_ID,
  TE,
  TRAILER,
  TRANSFER_ENCODING,
  UPGRADE,
  VIA,
} from "./field-kind.ts";
import type { ForwardedClient, ForwardedMode } from "./forwarded.ts";
import { forwardedElement, mergeForwarded } from "./forwarded.ts";
import type { RequestHead } from "./head.ts";

/** Whether a field stops here on the way to a backend, or is written anew (see {@link applyUpstreamHeaders}). */
function isReplaced(kind: FieldKind): boolean {
  switch (kind) {
    case CONNECTION:
    case TRANSFER_ENCODING:
    case UPGRADE:
    case TE:
    case TRAILER:
    case HOST:
    case PROXY:
    case FORWARDED:
    case FORWARDED_FOR:
    case FORWARDED_PROTO:
    case FORWARDED_HOST:
    case VIA:
    case REQUEST_ID:
      return true;
    default:
      return false;
  }
}

/** One list of two (RFC 9110 §5.3); an empty one must not leave a separator at an end. */
function join(values: string | undefined, value: string): string {
  if (values === undefined || values === "") return value;
  return value === "" ? values : `${values}, ${value}`;
}

/**
 * Changes `head.headers` in place, once per request, not per attempt: in mode `append` a second call would say things
 * twice. Fields of the connection, `trailer` and `proxy-*` are removed; `te` stays when it asks for trailers, which
 * this proxy passes on (gRPC depends on it); `content-length` stays, since the body is held to it.
 *
 * Written, once each: `x-forwarded-for`, `x-forwarded-proto`, `x-forwarded-host` (the authority as the client sent it,
 * before any filter), `forwarded`, `x-request-id` and `via`.
 */
export function applyUpstreamHeaders(
  head: RequestHead,
  mode: ForwardedMode,
  client: ForwardedClient,
  originalAuthority: string,
  requestId: string,
): void {
  const { fields } = head.headers;
  let forwarded: string | undefined;
  let forwardedFor: string | undefined;
  let forwardedProto: string | undefined;
  let forwardedHost: string | undefined;
  let via: string | undefined;
  let hasTe = false;
  let to = 0;
  for (let from = 0; from < fields.length; from += 2) {
    const name = fields[from] as string;
    const value = fields[from + 1] as string;
    const kind = fieldKind(name);
    if (!isReplaced(kind)) {
      fields[to] = name;
      fields[to + 1] = value;
      to += 2;
    } else if (kind === FORWARDED_FOR) forwardedFor = join(forwardedFor, value);
    else if (kind === FORWARDED_PROTO) forwardedProto = join(forwardedProto, value);
    else if (kind === FORWARDED_HOST) forwardedHost = join(forwardedHost, value);
    else if (kind === FORWARDED) forwarded = join(forwarded, value);
    else if (kind === VIA) via = join(via, value);
    else if (kind === TE && value === "trailers") hasTe = true;
  }
  fields.length = to;
  if (hasTe) fields.push("te", "trailers");
  fields.push(
    "x-forwarded-for",
    mergeForwarded(mode, forwardedFor, client.address),
    "x-forwarded-proto",
    mergeForwarded(mode, forwardedProto, client.scheme),
    "x-forwarded-host",
    mergeForwarded(mode, forwardedHost, originalAuthority),
    "forwarded",
    mergeForwarded(mode, forwarded, forwardedElement(client, originalAuthority)),
    "x-request-id",
    requestId,
    "via",
    join(via, client.via),
  );
}
