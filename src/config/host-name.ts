import { isIP } from "node:net";
import { domainToASCII } from "node:url";

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/u;

/**
 * The one form of a DNS name: IDNA applied, lower case, without trailing dot. Undefined for what is no DNS name: empty,
 * IP addresses, wildcards, underscores, labels over 63 or names over 253 characters (RFC 1035 §2.3, RFC 5891).
 */
export function normalizeDnsName(name: string): string | undefined {
  // A pure ASCII name is never given to the URL parser, which would read "0x7f.1" as an IPv4 address.
  let ascii = isAscii(name) ? name.toLowerCase() : domainToASCII(name);
  if (ascii.endsWith(".")) ascii = ascii.slice(0, -1);
  if (ascii === "" || ascii.length > 253) return undefined;
  const labels = ascii.split(".");
  if (!labels.every((label) => LABEL.test(label))) return undefined;
  // A last label of digits makes it an IPv4 address to every resolver, a wrong one or not.
  if (/^[0-9]+$/u.test(labels.at(-1) ?? "")) return undefined;
  return ascii;
}

/** The one form of an IP address, given with or without brackets; undefined for anything else, zones included. */
export function normalizeIpAddress(address: string): string | undefined {
  const bare = address.startsWith("[") && address.endsWith("]") ? address.slice(1, -1) : address;
  if (bare.includes("%")) return undefined;
  const version = isIP(bare);
  if (version === 4) return bare === address ? bare : undefined;
  if (version === 6) return new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  return undefined;
}

/** DNS name or IP address in its one form, or undefined. */
export function normalizeHost(host: string): string | undefined {
  return normalizeIpAddress(host) ?? normalizeDnsName(host);
}

/**
 * The one form of a route's host: a DNS name, an IP address without brackets, or `*.` and a DNS name. Undefined for
 * anything else.
 */
export function normalizeHostPattern(pattern: string): string | undefined {
  if (!pattern.startsWith("*.")) return normalizeHost(pattern);
  const suffix = normalizeDnsName(pattern.slice(2));
  return suffix === undefined ? undefined : `*.${suffix}`;
}

/** True for 127.0.0.0/8, ::1 and their IPv4-mapped forms; `address` is normalised. */
export function isLoopbackAddress(address: string): boolean {
  return address === "::1" || address.startsWith("127.") || /^::ffff:7f[0-9a-f]{2}:/u.test(address);
}

function isAscii(text: string): boolean {
  return !/[^\u{0}-\u{7f}]/u.test(text);
}
