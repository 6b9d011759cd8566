import { hostEnd, hostStart } from "./authority-host.ts";

/**
 * The host of a route as the policy ABI hands it over: lower case, without a trailing dot and without the brackets of
 * an IPv6 address. A wildcard keeps its `*.`.
 */
export function routeHost(host: string): string {
  const lower = host.toLowerCase();
  const start = hostStart(lower);
  if (start === 1) return lower.slice(1, hostEnd(lower, start));
  return lower.length > 1 && lower.endsWith(".") ? lower.slice(0, -1) : lower;
}

/** The prefix of a route as the policy ABI hands it over: without its last slash, "" for every path. */
export function routePrefix(prefix: string): string {
  return prefix.endsWith("/") ? prefix.slice(0, -1) : prefix;
}
