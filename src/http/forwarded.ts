/**
 * What a backend is told about the client: `x-forwarded-*`, `forwarded` (RFC 7239) and `via` (RFC 9110 §7.6.3). Each
 * field goes out exactly once, however often it came in.
 * @module
 */
import type { HttpVersion } from "./head.ts";

/**
 * - `overwrite`: only what this proxy knows; nothing that a client claimed. The default
 * - `append`: what came in, then what this proxy knows: behind another proxy that is to be believed
 * - `preserve`: what came in, if anything did
 */
export type ForwardedMode = "overwrite" | "append" | "preserve";

/** What is the same for all requests of a connection; make it once. */
export interface ForwardedClient {
  /** Textual IP address, as in `x-forwarded-for`. */
  readonly address: string;
  /** Scheme of the connection, whatever a request claims. */
  readonly scheme: "https" | "http";
  /** Start of a `forwarded` element: `for=192.0.2.1;proto=https;host=`. */
  readonly forwardedStart: string;
  /** Entry for `via`: `3 spooky`. */
  readonly via: string;
}

export function createForwardedClient(
  address: string,
  scheme: "https" | "http",
  version: HttpVersion,
): ForwardedClient {
  const node = address.includes(":") ? `"[${address}]"` : address;
  return { address, scheme, forwardedStart: `for=${node};proto=${scheme};host=`, via: viaOf(version) };
}

/** The `forwarded` element for a request to `authority`, which is quoted: a port's colon is no token character. */
export function forwardedElement(client: ForwardedClient, authority: string): string {
  return `${client.forwardedStart}"${authority}"`;
}

/** What goes out, given all that came in (joined, or undefined) and what this proxy says itself. */
export function mergeForwarded(mode: ForwardedMode, inbound: string | undefined, own: string): string {
  if (inbound === undefined || inbound === "" || mode === "overwrite") return own;
  return mode === "append" ? `${inbound}, ${own}` : inbound;
}

/** The entry that a message received in this version gets; the protocol's name is left out when it is HTTP. */
export function viaOf(version: HttpVersion): string {
  switch (version) {
    case "HTTP/3":
      return "3 spooky";
    case "HTTP/2":
      return "2 spooky";
    case "HTTP/1.1":
      return "1.1 spooky";
    case "HTTP/1.0":
      return "1.0 spooky";
  }
}
