import { isFieldName } from "./header-syntax.ts";

/** What a field name means to a proxy. Numbers, since every field of every message is looked up. */
export type FieldKind = number;

/** A valid name that means nothing special. */
export const PLAIN: FieldKind = 0;
/** Not a field name; pseudo-headers too. */
export const INVALID: FieldKind = 1;
/** Belongs to one connection alone (RFC 9110 §7.6.1): malformed on HTTP/2 and HTTP/3 (RFC 9114 §4.2), dropped on HTTP/1.1. */
export const CONNECTION: FieldKind = 2;
export const TRANSFER_ENCODING: FieldKind = 3;
export const UPGRADE: FieldKind = 4;
export const TE: FieldKind = 5;
export const HOST: FieldKind = 6;
export const CONTENT_LENGTH: FieldKind = 7;
export const COOKIE: FieldKind = 8;
/** `proxy-*`, for the nearest proxy alone; not `proxy-status` (RFC 9209). */
export const PROXY: FieldKind = 9;
/** Announces trailers (RFC 9110 §6.6.2). */
export const TRAILER: FieldKind = 10;
export const FORWARDED: FieldKind = 11;
export const FORWARDED_FOR: FieldKind = 12;
export const FORWARDED_PROTO: FieldKind = 13;
export const FORWARDED_HOST: FieldKind = 14;
export const VIA: FieldKind = 15;
export const REQUEST_ID: FieldKind = 16;
/** Plain in a head; not to be believed in trailers, where routing and access were decided long before (RFC 9110 §6.5.1). */
export const HEAD_ONLY: FieldKind = 17;

/** Kind of a field name, which must be lower case; anything else is {@link INVALID}. */
export function fieldKind(name: string): FieldKind {
  switch (name) {
    // Common names first of all save the walk over their characters.
    case "accept":
    case "accept-encoding":
    case "accept-language":
    case "accept-ranges":
    case "access-control-allow-origin":
    case "alt-svc":
    case "date":
    case "dnt":
    case "etag":
    case "grpc-encoding":
    case "grpc-message":
    case "grpc-status":
    case "grpc-timeout":
    case "last-modified":
    case "link":
    case "origin":
    case "priority":
    case "proxy-status":
    case "referer":
    case "sec-ch-ua":
    case "sec-ch-ua-mobile":
    case "sec-ch-ua-platform":
    case "sec-fetch-dest":
    case "sec-fetch-mode":
    case "sec-fetch-site":
    case "sec-fetch-user":
    case "server":
    case "server-timing":
    case "strict-transport-security":
    case "traceparent":
    case "tracestate":
    case "upgrade-insecure-requests":
    case "user-agent":
    case "x-content-type-options":
    case "x-frame-options":
      return PLAIN;
    case "age":
    case "authorization":
    case "cache-control":
    case "content-disposition":
    case "content-encoding":
    case "content-language":
    case "content-location":
    case "content-range":
    case "content-security-policy":
    case "content-type":
    case "expect":
    case "expires":
    case "if-match":
    case "if-modified-since":
    case "if-none-match":
    case "if-range":
    case "if-unmodified-since":
    case "location":
    case "max-forwards":
    case "pragma":
    case "range":
    case "retry-after":
    case "set-cookie":
    case "vary":
    case "www-authenticate":
    case "x-http-method-override":
    case "x-real-ip":
      return HEAD_ONLY;
    case "connection":
    case "http2-settings":
    case "keep-alive":
    case "proxy-connection":
      return CONNECTION;
    case "transfer-encoding":
      return TRANSFER_ENCODING;
    case "upgrade":
      return UPGRADE;
    case "te":
      return TE;
    case "host":
      return HOST;
    case "content-length":
      return CONTENT_LENGTH;
    case "cookie":
      return COOKIE;
    case "trailer":
      return TRAILER;
    case "forwarded":
      return FORWARDED;
    case "x-forwarded-for":
      return FORWARDED_FOR;
    case "x-forwarded-proto":
      return FORWARDED_PROTO;
    case "x-forwarded-host":
      return FORWARDED_HOST;
    case "via":
      return VIA;
    case "x-request-id":
      return REQUEST_ID;
    default:
      if (!isFieldName(name)) return INVALID;
      if (name.startsWith("proxy-")) return PROXY;
      if (name.startsWith("x-forwarded-")) return HEAD_ONLY;
      return PLAIN;
  }
}
