import type { Failure } from "../../errors/failure.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import { FilterLog } from "../proxy-wasm/filter-log.ts";
import type { FilterPlugin, FilterServices } from "../proxy-wasm/filter-plugin.ts";
import { FilterVm } from "../proxy-wasm/filter-vm.ts";
import { RebuildBackoff } from "./rebuild-backoff.ts";

/**
 * One filter of the config, loaded: the module and the one instance of it that serves all requests of this shard. An
 * instance that died is replaced at the next request, after a pause when it keeps dying.
 */
export class LoadedFilter {
  readonly plugin: FilterPlugin;
  readonly #services: FilterServices;
  readonly #log: FilterLog;
  readonly #backoff = new RebuildBackoff();
  #vm: FilterVm | undefined;
  #chainCount = 0;
  #contextCount = 0;
  #isDisposed = false;
  /** How many instances have died. */
  failureCount = 0;

  /** Starts the first instance: throws as `FilterVm` does. */
  constructor(plugin: FilterPlugin, services: FilterServices) {
    this.plugin = plugin;
    this.#services = services;
    this.#log = new FilterLog(services.logger, plugin.name);
    this.#vm = new FilterVm(plugin, services, this.#log);
  }

  get name(): string {
    return this.plugin.name;
  }

  /** The instance to open a context in, or undefined while the filter is held back. Goes with {@link release}. */
  acquire(): FilterVm | undefined {
    const { events } = this.#services;
    events.filterCalled(this.plugin.index);
    let vm = this.#vm;
    if (vm === undefined || vm.fault !== undefined) {
      vm = this.#rebuild(vm);
      if (vm === undefined) {
        events.filterFailed(this.plugin.index);
        return undefined;
      }
    }
    this.#contextCount++;
    return vm;
  }

  /** To be called when a context that was opened in `vm` has ended. */
  release(vm: FilterVm): void {
    this.#contextCount--;
    if (vm.fault === undefined) this.#backoff.noteSuccess();
    else this.#services.events.filterFailed(this.plugin.index);
    if (this.#isDisposed) this.#end();
  }

  reportRefusedHead(failure: Failure, requestId: string): void {
    const fields = { request_id: requestId, code: failure.code, error: failure.message };
    this.#log.report("error", "a filter wrote a head that may not go on", fields);
  }

  /** Says that a chain uses the filter. */
  retain(): void {
    this.#chainCount++;
  }

  /** Takes one {@link retain} back. After the last, the instance ends with the requests that it still has. */
  dispose(): void {
    this.#chainCount--;
    if (this.#chainCount > 0) return;
    this.#isDisposed = true;
    this.#end();
  }

  #end(): void {
    if (this.#contextCount > 0) return;
    this.#vm?.dispose();
    this.#vm = undefined;
  }

  #rebuild(dead: FilterVm | undefined): FilterVm | undefined {
    if (this.#isDisposed) return undefined;
    if (dead !== undefined) {
      this.failureCount++;
      this.#backoff.noteFailure();
      this.#vm = undefined;
    }
    if (!this.#backoff.mayRetry()) return undefined;
    try {
      this.#vm = new FilterVm(this.plugin, this.#services, this.#log);
    } catch (error) {
      this.#backoff.noteFailure();
      this.#log.report("error", "a filter could not be started again", {
        error: error instanceof SpookyError ? error.message : String(error),
      });
    }
    return this.#vm;
  }
}
