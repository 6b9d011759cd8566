/**
 * Puts a checked configuration to work: loads modules, starts filters and policies, makes the clients of all backends.
 * @module
 */
import type { Config, FilterConfig, LoadBalancingConfig, ModuleLimits, UpstreamConfig } from "../config/model.ts";
import type { FilterChain } from "../filter/chain.ts";
import { loadFilterChain } from "../filter/chain/load-filter-chain.ts";
import { createBalancer } from "../filter/policy/balancer.ts";
import { loadPolicyModule, type PolicySource } from "../filter/policy/load-policy-module.ts";
import type { PolicyLimits } from "../filter/policy/policy-limits.ts";
import { createRouter } from "../filter/policy/router.ts";
import type { FilterServices } from "../filter/proxy-wasm/filter-plugin.ts";
import type { Router } from "../filter/policy.ts";
import type { UpstreamTarget } from "../pipeline/generation.ts";
import { createBackendClient } from "../upstream/backend-client.ts";
import type { UpstreamClient } from "../upstream/client.ts";
import type { Logger } from "../observe/log.ts";
import { backendOptions } from "./backend-settings.ts";
import { createBalancingKey } from "./balancing-key.ts";
import { createCalloutClient } from "./callouts.ts";

/** What of a generation all listeners share. */
export interface SharedGeneration {
  readonly router: Router;
  readonly targets: readonly UpstreamTarget[];
  readonly filters: FilterChain | undefined;
  /** Ends clients and filters. */
  dispose(): void;
}

export interface GenerationServices {
  readonly filters: Omit<FilterServices, "callouts">;
  /** For clients of backends. */
  readonly upstreamLog: Logger;
}

/** Throws a `SpookyError` when anything the configuration names is missing, broken or refuses its configuration. */
export async function buildGeneration(config: Config, services: GenerationServices): Promise<SharedGeneration> {
  const upstreams = Object.values(config.upstream);
  const router = buildRouter(config, upstreams);
  const chains: FilterChain[] = [];
  const clients: UpstreamClient[] = [];
  // Filters are started before there are upstreams, and may call them only later.
  const targets: UpstreamTarget[] = [];
  const callouts = createCalloutClient(targets, new Set(upstreams.map(({ name }) => name)));
  const filterServices: FilterServices = { ...services.filters, callouts };
  const dispose = (): void => {
    for (const client of clients) client.close();
    for (const chain of chains) chain.dispose();
  };
  try {
    const filters = await buildChain(config.filters, filterServices, 0, chains);
    // The order of the counters: the root's filters, then those of each upstream.
    let filterCount = config.filters.length;
    for (const [index, upstream] of upstreams.entries()) {
      const chain = await buildChain(upstream.filters, filterServices, filterCount, chains);
      filterCount += upstream.filters.length;
      targets.push(buildTarget(config, upstream, index, chain, clients, services.upstreamLog));
    }
    return { router, targets, filters, dispose };
  } catch (error) {
    // Clients and filters that were started would go on by themselves.
    dispose();
    throw error;
  }
}

function buildRouter(config: Config, upstreams: readonly UpstreamConfig[]): Router {
  const { routing } = config;
  const limits = policyLimits(routing.limits);
  const routes = upstreams.map(({ name, route }) => ({
    host: route.host ?? "",
    pathPrefix: route.path_prefix ?? "",
    method: route.method ?? "",
    upstreamName: name,
  }));
  return createRouter(loadPolicyModule(policySource(routing, routing.builtin ?? "router"), limits), routes, limits);
}

async function buildChain(
  filters: readonly FilterConfig[],
  services: FilterServices,
  firstIndex: number,
  chains: FilterChain[],
): Promise<FilterChain | undefined> {
  if (filters.length === 0) return undefined;
  const chain = await loadFilterChain(filters, services, firstIndex);
  chains.push(chain);
  return chain;
}

function buildTarget(
  config: Config,
  upstream: UpstreamConfig,
  index: number,
  filters: FilterChain | undefined,
  clients: UpstreamClient[],
  log: Logger,
): UpstreamTarget {
  const balancing: LoadBalancingConfig = upstream.load_balancing;
  const limits = policyLimits(balancing.limits);
  const module = loadPolicyModule(policySource(balancing, balancing.type ?? "round-robin"), limits);
  return {
    name: upstream.name,
    index,
    balancer: createBalancer(module, upstream.backends, limits),
    key: createBalancingKey(upstream),
    backends: upstream.backends.map((backend, place) => {
      const client = createBackendClient(backendOptions(config, upstream, backend, log));
      clients.push(client);
      return { id: backend.id, index: place, authority: backend.endpoint.authority, client };
    }),
    hostPolicy: { mode: upstream.host_policy.mode, host: upstream.host_policy.host ?? "" },
    forwardedMode: upstream.forwarded_headers.mode,
    filters,
  };
}

function policySource(config: { readonly file?: string | undefined }, builtin: string): PolicySource {
  return config.file === undefined ? { builtin } : { file: config.file };
}

function policyLimits(limits: ModuleLimits): PolicyLimits {
  return {
    memoryMaxBytes: limits.memory_bytes,
    callDeadlineMs: limits.deadline_ms,
    startDeadlineMs: limits.start_ms,
  };
}
