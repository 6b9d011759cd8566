import { resolve } from "node:path";
import { parseBackendAddress } from "./backend-address.ts";
import { deepFreeze } from "./deep-freeze.ts";
import type { BackendConfig, Config, LoadBalancingConfig, UpstreamConfig, UpstreamTlsConfig } from "./model.ts";
import type { ConfigInput } from "./schema/root.ts";
import type { BackendInput, UpstreamInput } from "./schema/upstream.ts";

const DEFAULT_LOAD_BALANCING: LoadBalancingConfig = {
  type: "round-robin",
  limits: { memory_bytes: 64 * 1024 * 1024, deadline_ms: 50, start_ms: 5000 },
};

/** Fills in what parts inherit from each other and makes paths absolute. Only for input without conflicts. */
export function completeConfig(input: ConfigInput, directory: string): Config {
  const listen = input.listen === undefined ? [] : [input.listen];
  const listeners = input.listeners.length > 0 ? input.listeners : listen;
  const upstreamTls = absolute(directory, input.upstream_tls, "ca_file", "ca_dir");
  const upstreams = Object.entries(input.upstream).map(([name, upstream]): [string, UpstreamConfig] => [
    name,
    completeUpstream(name, upstream, input, upstreamTls, directory),
  ]);
  return deepFreeze({
    version: input.version,
    listeners: listeners.map(({ protocol, address, port, tls }) => {
      const certificates = tls.certificates.map((entry) => absolute(directory, entry, "cert", "key"));
      const { cert, key } = absolute(directory, tls, "cert", "key");
      return { protocol, address, port, tls: { cert, key, certificates } };
    }),
    upstream: Object.fromEntries(upstreams),
    upstream_tls: upstreamTls,
    filters: input.filters.map((filter) => absolute(directory, filter, "file")),
    routing: absolute(directory, input.routing, "file"),
    log: input.log.file === undefined ? input.log : { ...input.log, file: absolute(directory, input.log.file, "path") },
    performance: input.performance,
    observability: input.observability,
  });
}

function completeUpstream(
  name: string,
  upstream: UpstreamInput,
  root: ConfigInput,
  rootTls: UpstreamTlsConfig,
  directory: string,
): UpstreamConfig {
  const tls = upstream.tls === undefined ? rootTls : absolute(directory, upstream.tls, "ca_file", "ca_dir");
  const balancing = upstream.load_balancing ?? root.load_balancing ?? DEFAULT_LOAD_BALANCING;
  return {
    name,
    route: upstream.route,
    backends: upstream.backends.map((backend) => completeBackend(backend, tls.verify_certificates)),
    load_balancing: absolute(directory, balancing, "file"),
    host_policy: upstream.host_policy,
    forwarded_headers: upstream.forwarded_headers,
    tls,
    filters: upstream.filters.map((filter) => absolute(directory, filter, "file")),
  };
}

function completeBackend(backend: BackendInput, isVerified: boolean): BackendConfig {
  const endpoint = parseBackendAddress(backend.address, isVerified);
  if ("problem" in endpoint) throw new Error(`unchecked backend address: ${endpoint.problem}`);
  return { ...backend, endpoint };
}

/** A copy whose named paths, as far as given, are absolute. */
function absolute<T extends object>(directory: string, value: T, ...keys: (keyof T)[]): T {
  const copy = { ...value };
  for (const key of keys) {
    const path = copy[key];
    if (typeof path === "string") copy[key] = resolve(directory, path) as T[keyof T];
  }
  return copy;
}
