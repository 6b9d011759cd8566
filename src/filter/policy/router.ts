import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import type { Router, RouteSpec } from "../policy.ts";
import { policyFailure, startFailure } from "./policy-failure.ts";
import { PolicyInstance } from "./policy-instance.ts";
import { checkInterface, ROUTE_INTERFACE } from "./policy-interface.ts";
import { DEFAULT_POLICY_LIMITS, type PolicyLimits } from "./policy-limits.ts";
import { PATH_SLACK_BYTES, writeHost, writePath } from "./request-text.ts";
import { routeHost, routePrefix } from "./route-text.ts";

/** The most of a path that any module is shown. */
const PATH_MAX_BYTES = 16 * 1024;
const FIRST_HOST_BYTES = 512;
const UTF8_MAX_BYTES = 3;
const EVERY_METHOD = 0;
const NONE = -1;

const encoder = new TextEncoder();

/**
 * A router behind the policy ABI. Throws at once when the module cannot be started or refuses the routes
 * (`SPK_MODULE_IMPORT_REFUSED`, `SPK_MODULE_ABI_WRONG`, `SPK_MODULE_START_FAILED`, `SPK_MODULE_CONFIG_REFUSED`).
 * The module must have come through `loadPolicyModule`.
 */
export function createRouter(
  module: WebAssembly.Module,
  routes: readonly RouteSpec[],
  limits: PolicyLimits = DEFAULT_POLICY_LIMITS,
): Router {
  checkInterface(module, ROUTE_INTERFACE);
  return new ModuleRouter(module, routes, limits);
}

class ModuleRouter implements Router {
  readonly #module: WebAssembly.Module;
  readonly #routes: readonly RouteSpec[];
  readonly #limits: PolicyLimits;
  /** Methods that routes name, numbered from 1: the module compares numbers. */
  readonly #methods: ReadonlyMap<string, number>;
  #live: LiveRouter | undefined;

  constructor(module: WebAssembly.Module, routes: readonly RouteSpec[], limits: PolicyLimits) {
    this.#module = module;
    this.#routes = routes;
    this.#limits = limits;
    this.#methods = numberMethods(routes);
    try {
      this.#live = this.#start();
    } catch (cause) {
      throw startFailure("router", cause);
    }
  }

  match(authority: string, path: string, method: string): number {
    try {
      const live = (this.#live ??= this.#start());
      const route = live.match(authority, path, this.#methodNumber(method));
      if ((route | 0) === route && route >= NONE && route < this.#routes.length) return route;
      throw new RangeError(`there is no route ${route}`);
    } catch (cause) {
      // After a trap nobody knows what state the instance is in: the next request gets a new one.
      this.#live = undefined;
      throw policyFailure("router", cause);
    }
  }

  #methodNumber(method: string): number {
    const methods = this.#methods;
    if (methods.size === 0) return EVERY_METHOD;
    return methods.get(method) ?? methods.get(method.toUpperCase()) ?? EVERY_METHOD;
  }

  #start(): LiveRouter {
    const { startDeadlineMs, callDeadlineMs } = this.#limits;
    const instance = new PolicyInstance(this.#module, ROUTE_INTERFACE, startDeadlineMs);
    return instance.within(startDeadlineMs, () => {
      const pathMaxBytes = addRoutes(instance, this.#routes, this.#methods);
      return new LiveRouter(instance, pathMaxBytes, callDeadlineMs);
    });
  }
}

/** One instance with its routes in it, and the buffer that requests are written to: the path, then the host. */
class LiveRouter {
  readonly #instance: PolicyInstance;
  readonly #pathMaxBytes: number;
  readonly #deadlineMs: number;
  readonly #matchRoute: (pathLength: number, hostLength: number, method: number) => number;
  #size: number;
  #address = 0;
  #buffer: Uint8Array = new Uint8Array(0);

  constructor(instance: PolicyInstance, pathMaxBytes: number, deadlineMs: number) {
    this.#instance = instance;
    this.#pathMaxBytes = pathMaxBytes;
    this.#deadlineMs = deadlineMs;
    this.#matchRoute = instance.functionNamed("spooky_route_match") as (...args: number[]) => number;
    this.#size = pathMaxBytes + PATH_SLACK_BYTES + FIRST_HOST_BYTES;
    this.#reserve(this.#size);
  }

  match(authority: string, path: string, method: number): number {
    // A memory that grew has detached every view on it.
    if (this.#buffer.length === 0) this.#refresh();
    const meter = this.#instance.meter;
    meter.begin(this.#deadlineMs);
    try {
      const pathLength = writePath(this.#buffer, path, this.#pathMaxBytes);
      let hostLength = writeHost(this.#buffer, pathLength, authority);
      if (hostLength === -1) {
        this.#reserve(this.#pathMaxBytes + authority.length * UTF8_MAX_BYTES);
        writePath(this.#buffer, path, this.#pathMaxBytes);
        hostLength = writeHost(this.#buffer, pathLength, authority);
      }
      return this.#matchRoute(pathLength, hostLength, method);
    } finally {
      meter.end();
    }
  }

  #reserve(size: number): void {
    const given = this.#instance.functionNamed("spooky_route_buffer")(size);
    this.#address = this.#instance.addressOf(given, size, "the request buffer");
    this.#size = size;
    this.#refresh();
  }

  #refresh(): void {
    this.#buffer = new Uint8Array(this.#instance.memory.buffer, this.#address, this.#size);
  }
}

function numberMethods(routes: readonly RouteSpec[]): ReadonlyMap<string, number> {
  const methods = new Map<string, number>();
  for (const { method } of routes) {
    const name = method.toUpperCase();
    if (name !== "" && !methods.has(name)) methods.set(name, methods.size + 1);
  }
  return methods;
}

/** Hands over all routes. Gives how many bytes of a path the module wants to see. */
function addRoutes(
  instance: PolicyInstance,
  routes: readonly RouteSpec[],
  methods: ReadonlyMap<string, number>,
): number {
  const makeRoom = instance.functionNamed("spooky_route_buffer");
  const add = instance.functionNamed("spooky_route_add");
  const names = [...new Set(routes.map(({ upstreamName }) => upstreamName))].sort(compareBytes);
  const ranks = new Map(names.map((name, rank) => [name, rank]));
  for (const route of routes) {
    const path = encoder.encode(routePrefix(route.pathPrefix));
    const host = encoder.encode(routeHost(route.host));
    const size = Math.max(path.length + host.length, 1);
    const address = instance.addressOf(makeRoom(size), size, "the route buffer");
    const target = new Uint8Array(instance.memory.buffer, address, size);
    target.set(path);
    target.set(host, path.length);
    const method = methods.get(route.method.toUpperCase()) ?? EVERY_METHOD;
    const refusal = add(path.length, host.length, method, ranks.get(route.upstreamName) ?? 0);
    if (refusal !== 0) throw refused(`route of ${route.upstreamName} refused with ${String(refusal)}`);
  }
  const wanted = instance.functionNamed("spooky_route_commit")();
  if (typeof wanted !== "number" || wanted < 0) throw refused(`routes refused with ${String(wanted)}`);
  return Math.min(wanted, PATH_MAX_BYTES);
}

function refused(detail: string): SpookyError {
  return new SpookyError(FAILURES.moduleConfigRefused, detail);
}

function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
