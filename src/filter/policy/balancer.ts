import type { Balancer, BalancerBackend } from "../policy.ts";
import { BackendTable, tableBytes } from "./backend-table.ts";
import { policyFailure, startFailure } from "./policy-failure.ts";
import { PolicyInstance } from "./policy-instance.ts";
import { BALANCE_INTERFACE, checkInterface } from "./policy-interface.ts";
import { DEFAULT_POLICY_LIMITS, type PolicyLimits } from "./policy-limits.ts";

const NONE = -1;

/**
 * A balancer behind the policy ABI; all backends are healthy at first. Throws at once when the module cannot be started
 * (`SPK_MODULE_IMPORT_REFUSED`, `SPK_MODULE_ABI_WRONG`, `SPK_MODULE_START_FAILED`, `SPK_MODULE_CONFIG_REFUSED`).
 * The module must have come through `loadPolicyModule`.
 */
export function createBalancer(
  module: WebAssembly.Module,
  backends: readonly BalancerBackend[],
  limits: PolicyLimits = DEFAULT_POLICY_LIMITS,
): Balancer {
  checkInterface(module, BALANCE_INTERFACE);
  return new ModuleBalancer(module, backends, limits);
}

type Pick = (keyHash: number, excludedMask: number) => number;

class ModuleBalancer implements Balancer {
  readonly #module: WebAssembly.Module;
  readonly #table: BackendTable;
  readonly #limits: PolicyLimits;
  readonly #seed: number;
  #instance: PolicyInstance | undefined;
  #pick: Pick = pickNone;

  constructor(module: WebAssembly.Module, backends: readonly BalancerBackend[], limits: PolicyLimits) {
    this.#module = module;
    this.#table = new BackendTable(backends);
    this.#limits = limits;
    this.#seed = (Math.random() * 0x1_0000_0000) | 0;
    try {
      this.#instance = this.#start();
    } catch (cause) {
      throw startFailure("balancer", cause);
    }
  }

  pick(keyHash: number, excludedMask: number): number {
    try {
      const instance = (this.#instance ??= this.#start());
      const backend = this.#pickWithin(instance, keyHash, excludedMask);
      this.#table.keepAttached();
      if ((backend | 0) === backend && backend >= NONE && backend < this.#table.count) return backend;
      throw new RangeError(`there is no backend ${backend}`);
    } catch (cause) {
      // After a trap nobody knows what state the instance is in: the next request gets a new one.
      this.#instance = undefined;
      throw policyFailure("balancer", cause);
    }
  }

  setHealthy(index: number, healthy: boolean): void {
    this.#table.setHealthy(index, healthy);
  }

  onRequestStart(index: number): void {
    this.#table.addActive(index, 1);
  }

  onRequestEnd(index: number, latencyMs: number): void {
    this.#table.addActive(index, -1);
    if (latencyMs >= 0) this.#table.addLatency(index, latencyMs);
  }

  activeRequests(index: number): number {
    return this.#table.activeRequests(index);
  }

  #pickWithin(instance: PolicyInstance, keyHash: number, excludedMask: number): number {
    instance.meter.begin(this.#limits.callDeadlineMs);
    try {
      return this.#pick(keyHash, excludedMask);
    } finally {
      instance.meter.end();
    }
  }

  #start(): PolicyInstance {
    const { startDeadlineMs } = this.#limits;
    const instance = new PolicyInstance(this.#module, BALANCE_INTERFACE, startDeadlineMs);
    const { count } = this.#table;
    const given = instance.within(startDeadlineMs, () =>
      instance.functionNamed("spooky_balance_init")(count, this.#seed),
    );
    const address = instance.addressOf(given, tableBytes(count), "the backend table");
    this.#table.attach(instance.memory, address);
    this.#pick = instance.functionNamed("spooky_balance_pick") as Pick;
    return instance;
  }
}

function pickNone(): number {
  return NONE;
}
