import { normalizeDnsName, normalizeIpAddress } from "./host-name.ts";
import type { BackendEndpoint } from "./model.ts";

/** Why a text is no backend address. */
export interface BackendAddressProblem {
  readonly problem: string;
  readonly hint?: string;
}

const DEFAULT_PORTS = { https: 443, http: 80, auto: 443 } as const;

/**
 * Reads `host`, `host:port`, `https://host[:port]` or `http://host[:port]`. An IPv6 address stands in brackets. Without
 * a scheme it is `https`, or `auto` when certificates are not verified: then TLS is tried and cleartext accepted.
 */
export function parseBackendAddress(text: string, isVerified: boolean): BackendEndpoint | BackendAddressProblem {
  if (text === "") return { problem: "it is empty" };
  if (/\s/u.test(text)) return { problem: "it holds white space" };
  const schemeEnd = text.indexOf("://");
  const scheme = schemeEnd < 0 ? (isVerified ? "https" : "auto") : text.slice(0, schemeEnd).toLowerCase();
  const rest = schemeEnd < 0 ? text : text.slice(schemeEnd + 3);
  if (scheme !== "https" && scheme !== "http" && scheme !== "auto") {
    return { problem: `the scheme ${scheme} is not known`, hint: "use https:// or http://" };
  }
  if (schemeEnd >= 0 && text.slice(0, schemeEnd) === "auto") {
    return { problem: "the scheme auto is not known", hint: "leave the scheme out" };
  }
  if (/[/?#\\]/u.test(rest)) {
    return { problem: "it holds more than host and port", hint: "remove everything after the port" };
  }
  if (rest.includes("@")) return { problem: "it holds a user name", hint: "remove everything up to the @" };
  return readHostAndPort(rest, scheme);
}

function readHostAndPort(rest: string, scheme: BackendEndpoint["scheme"]): BackendEndpoint | BackendAddressProblem {
  const hostEnd = rest.startsWith("[") ? rest.indexOf("]") + 1 : rest.indexOf(":");
  const hostText = hostEnd <= 0 ? rest : rest.slice(0, hostEnd);
  const portText = hostEnd <= 0 ? "" : rest.slice(hostEnd);
  if (!rest.startsWith("[") && rest.indexOf(":") !== rest.lastIndexOf(":")) {
    return { problem: "it has more than one colon", hint: "put an IPv6 address in brackets: [::1]:443" };
  }
  const host = normalizeIpAddress(hostText) ?? normalizeDnsName(hostText);
  if (host === undefined) return { problem: `${JSON.stringify(hostText)} is neither a DNS name nor an IP address` };
  const port = portText === "" ? DEFAULT_PORTS[scheme] : readPort(portText);
  if (port === undefined) return { problem: "the port is not a number from 1 to 65535" };
  const bracketed = host.includes(":") ? `[${host}]` : host;
  return { scheme, host, port, authority: port === DEFAULT_PORTS[scheme] ? bracketed : `${bracketed}:${port}` };
}

/** `text` begins with the colon. */
function readPort(text: string): number | undefined {
  if (!/^:[0-9]{1,5}$/u.test(text)) return undefined;
  const port = Number(text.slice(1));
  return port >= 1 && port <= 65535 ? port : undefined;
}
