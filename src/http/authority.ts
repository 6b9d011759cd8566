/**
 * Authorities, `host[:port]`, in one canonical form: lower case, no trailing dot, no default port, so that filters,
 * the router and the backend all decide about the same host (RFC 9110 §4.2.3, §7.2).
 * @module
 */
import { isIPv6 } from "node:net";

/** RFC 1035 §2.3.4 with room for a trailing dot. */
const MAX_HOST_LENGTH = 254;

const COLON = 0x3a;
const DOT = 0x2e;
const LEFT_BRACKET = 0x5b;

/**
 * Canonical form of an authority of an `http` or `https` message, or undefined when it is not valid: empty, with user
 * information (RFC 9110 §4.2.4), white space, escapes or other characters that no host name has, an empty label, a port
 * out of 1 to 65535. IPv6 addresses need brackets and may have no zone. Plain input is returned as it is, uncopied.
 */
export function canonicalAuthority(raw: string, scheme: string): string | undefined {
  if (raw.charCodeAt(0) === LEFT_BRACKET) return canonicalIPv6Authority(raw, scheme);
  const { length } = raw;
  let hasUpper = false;
  let previous = DOT;
  let end = 0;
  for (; end < length; end++) {
    const code = raw.charCodeAt(end);
    if (code === COLON) break;
    if (code === DOT) {
      if (previous === DOT) return undefined;
    } else if (code >= 0x41 && code <= 0x5a) {
      hasUpper = true;
    } else if (!isHostCharacter(code)) {
      return undefined;
    }
    previous = code;
  }
  if (end === 0 || end > MAX_HOST_LENGTH) return undefined;
  const hostEnd = previous === DOT ? end - 1 : end;
  if (end === length) return finishHost(raw, hostEnd, hasUpper);
  const port = parsePort(raw, end + 1, scheme);
  if (port < 0) return undefined;
  if (hostEnd === end && !hasUpper && port > 0 && raw.charCodeAt(end + 1) !== 0x30) return raw;
  const host = finishHost(raw, hostEnd, hasUpper);
  return port === 0 ? host : `${host}:${port}`;
}

/**
 * Host of an authority for matching: no port, no brackets, no trailing dot, lower case. Never fails; an authority in
 * canonical form without a port is returned as it is.
 */
export function hostOf(authority: string): string {
  let start = 0;
  let end: number;
  if (authority.charCodeAt(0) === LEFT_BRACKET) {
    start = 1;
    end = authority.indexOf("]");
  } else {
    end = authority.indexOf(":");
  }
  if (end === -1) end = authority.length;
  if (end > start && authority.charCodeAt(end - 1) === DOT) end--;
  return authority.slice(start, end).toLowerCase();
}

function finishHost(raw: string, end: number, hasUpper: boolean): string {
  const host = end === raw.length ? raw : raw.slice(0, end);
  return hasUpper ? host.toLowerCase() : host;
}

function canonicalIPv6Authority(raw: string, scheme: string): string | undefined {
  const close = raw.indexOf("]");
  if (close === -1) return undefined;
  const address = raw.slice(1, close);
  if (address.includes("%") || !isIPv6(address)) return undefined;
  const host = raw.slice(0, close + 1).toLowerCase();
  if (close + 1 === raw.length) return host;
  if (raw.charCodeAt(close + 1) !== COLON) return undefined;
  const port = parsePort(raw, close + 2, scheme);
  if (port < 0) return undefined;
  return port === 0 ? host : `${host}:${port}`;
}

/** The port from `start` on; 0 when it is empty or the scheme's default (RFC 3986 §6.2.3), -1 when it is none. */
function parsePort(raw: string, start: number, scheme: string): number {
  if (start === raw.length) return 0;
  if (raw.length - start > 5) return -1;
  let port = 0;
  for (let i = start; i < raw.length; i++) {
    const digit = raw.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    port = port * 10 + digit;
  }
  if (port === 0 || port > 65535) return -1;
  return port === (scheme === "https" ? 443 : 80) ? 0 : port;
}

/** Lower-case letters, digits, `-` and `_`; a host name has nothing else, whatever RFC 3986 §3.2.2 would let through. */
function isHostCharacter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x5f;
}
