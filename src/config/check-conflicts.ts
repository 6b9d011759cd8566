/**
 * Rules that hold over several parts of the file.
 * @module
 */
import { FAILURES } from "../errors/catalogue.ts";
import { parseBackendAddress } from "./backend-address.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { ListenConfig, ObservabilityConfig, UpstreamTlsConfig } from "./model.ts";
import type { UpstreamInput } from "./schema/upstream.ts";
import type { ConfigSource } from "./source/config-source.ts";
import { formatKeyPath } from "./source/key-path.ts";

type Path = readonly PropertyKey[];

/** The parts of a file that are right in themselves, each with its path; others are missing. */
export interface CheckedParts {
  readonly listeners: readonly { readonly path: Path; readonly value: ListenConfig }[];
  readonly upstreams: readonly { readonly path: Path; readonly value: UpstreamInput }[];
  readonly upstreamTls: UpstreamTlsConfig | undefined;
  readonly observability: ObservabilityConfig | undefined;
}

/** Finds what contradicts what, and backend addresses that cannot be read. */
export function checkConflicts(source: ConfigSource, parts: CheckedParts): Diagnostic[] {
  return [...checkSockets(source, parts), ...checkRoutes(source, parts), ...checkBackends(source, parts)];
}

function checkSockets(source: ConfigSource, { listeners, observability }: CheckedParts): Diagnostic[] {
  const found: Diagnostic[] = [];
  const users = new Map<string, Path>();
  const take = (path: Path, address: string, port: number): void => {
    const place = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
    const other = users.get(place);
    if (other === undefined) users.set(place, path);
    else {
      found.push(
        source.atValue([...path, "port"], {
          failure: FAILURES.configDuplicateListener,
          message: `${place} is taken by ${formatKeyPath(other)}`,
          hint: "give each its own port or address",
        }),
      );
    }
  };
  for (const { path, value } of listeners) take(path, value.address, value.port);
  for (const name of ["metrics", "control_api"] as const) {
    const server = observability?.[name];
    if (server?.enabled) take(["observability", name], server.address, server.port);
  }
  return found;
}

function checkRoutes(source: ConfigSource, { upstreams }: CheckedParts): Diagnostic[] {
  const found: Diagnostic[] = [];
  const owners = new Map<string, Path>();
  for (const { path, value } of upstreams) {
    const { host = "", path_prefix = "/", method = "" } = value.route;
    const key = `${host} ${path_prefix} ${method}`;
    const owner = owners.get(key);
    if (owner === undefined) owners.set(key, path);
    else {
      found.push(
        source.atKey([...path, "route"], {
          failure: FAILURES.configAmbiguousRoute,
          message: `it matches the same requests as the route of ${formatKeyPath(owner)}`,
          hint: "change host, path_prefix or method of one of them",
        }),
      );
    }
  }
  return found;
}

function checkBackends(source: ConfigSource, { upstreams, upstreamTls }: CheckedParts): Diagnostic[] {
  const found: Diagnostic[] = [];
  const owners = new Map<string, Path>();
  for (const { path, value } of upstreams) {
    const isVerified = (value.tls ?? upstreamTls)?.verify_certificates ?? true;
    for (const [index, backend] of value.backends.entries()) {
      const place = [...path, "backends", index];
      const endpoint = parseBackendAddress(backend.address, isVerified);
      if ("problem" in endpoint) {
        found.push(
          source.atValue([...place, "address"], {
            failure: FAILURES.configBackendAddress,
            message: `invalid backend address: ${endpoint.problem}`,
            expected: "host, host:port, https://host[:port] or http://host[:port]",
            hint: endpoint.hint,
          }),
        );
        continue;
      }
      const origin = `${endpoint.scheme === "http" ? "http" : "https"}://${endpoint.host} ${endpoint.port}`;
      const owner = owners.get(origin);
      if (owner === undefined) owners.set(origin, place);
      else {
        found.push(
          source.atValue([...place, "address"], {
            failure: FAILURES.configDuplicateBackend,
            message: `${formatKeyPath(owner)} has the same address`,
            hint: "list each backend once",
          }),
        );
      }
    }
  }
  return found;
}
