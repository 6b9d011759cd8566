import type { Failure } from "../../errors/failure.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import { FILTER_STATE, type FilterState } from "../../observe/filter-state.ts";
import { FilterLog } from "../proxy-wasm/filter-log.ts";
import type { FilterPlugin, FilterServices } from "../proxy-wasm/filter-plugin.ts";
import { FilterVm } from "../proxy-wasm/filter-vm.ts";
import { Quarantine } from "./quarantine.ts";
import { RebuildBackoff } from "./rebuild-backoff.ts";

/**
 * One filter of the config, loaded: the module and the one instance of it that serves all requests of this shard. An
 * instance that died is replaced at the next request, after a pause when it keeps dying; unless the config wants it to
 * stay dead.
 */
export class LoadedFilter {
  readonly plugin: FilterPlugin;
  readonly #services: FilterServices;
  readonly #log: FilterLog;
  readonly #backoff = new RebuildBackoff();
  readonly #quarantine = new Quarantine();
  #quarantineTimer: ReturnType<typeof setTimeout> | undefined;
  #state: FilterState = FILTER_STATE.serving;
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
    this.#log = new FilterLog(services.logger, plugin.name, plugin.logLinesPerSecond);
    this.#vm = this.#build();
    // A shard before this one may have left another.
    services.events.filterStateChanged(plugin.index, this.#state);
  }

  get name(): string {
    return this.plugin.name;
  }

  /** The instance to open a context in, or undefined while the filter may not run. Goes with {@link release}. */
  acquire(): FilterVm | undefined {
    const { events } = this.#services;
    events.filterCalled(this.plugin.index);
    const vm = this.#state >= FILTER_STATE.quarantined ? undefined : (this.#vm ?? this.#rebuild());
    if (vm === undefined) {
      events.filterFailed(this.plugin.index);
      return undefined;
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
    this.#services.events.filterFailed(this.plugin.index);
    this.#noteFailure();
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
    clearTimeout(this.#quarantineTimer);
    this.#end();
  }

  #end(): void {
    if (this.#contextCount > 0) return;
    this.#vm?.dispose();
    this.#vm = undefined;
  }

  #build(): FilterVm {
    const vm = new FilterVm(this.plugin, this.#services, this.#log);
    vm.onFault = (): void => this.#noteDeath();
    return vm;
  }

  #rebuild(): FilterVm | undefined {
    if (this.#isDisposed || !this.#backoff.mayRetry()) return undefined;
    try {
      this.#vm = this.#build();
      this.#services.events.filterRebuilt(this.plugin.index);
      this.#setState(FILTER_STATE.serving);
    } catch (error) {
      this.#backoff.noteFailure();
      this.#log.report("error", "a filter could not be started again", {
        error: error instanceof SpookyError ? error.message : String(error),
      });
      this.#noteFailure();
    }
    return this.#vm;
  }

  #noteDeath(): void {
    if (this.#isDisposed) return;
    this.failureCount++;
    this.#backoff.noteFailure();
    this.#vm = undefined;
    this.#noteFailure();
  }

  #noteFailure(): void {
    if (this.#isDisposed || this.#state >= FILTER_STATE.quarantined) return;
    if (this.plugin.onFailure === "closed") {
      this.#setState(FILTER_STATE.failed);
      this.#log.report("error", "a filter failed and stays so until the next start, its requests are refused");
      return;
    }
    const pauseMs = this.#quarantine.noteFailure(performance.now());
    if (pauseMs > 0) this.#takeOut(pauseMs);
    else if (this.#vm === undefined) this.#setState(FILTER_STATE.rebuilding);
  }

  #takeOut(pauseMs: number): void {
    this.#setState(FILTER_STATE.quarantined);
    const consequence = this.plugin.onFailure === "open" ? "go on without it" : "are refused";
    this.#log.report("error", `a filter failed too often and is taken out, its requests ${consequence}`, {
      pause_ms: pauseMs,
    });
    this.#quarantineTimer = setTimeout(() => {
      this.#setState(this.#vm === undefined ? FILTER_STATE.rebuilding : FILTER_STATE.serving);
      this.#log.report("info", "a filter that was taken out gets requests again");
    }, pauseMs);
    // A proxy that stops does not wait for it.
    this.#quarantineTimer.unref();
  }

  #setState(state: FilterState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#services.events.filterStateChanged(this.plugin.index, state);
  }
}
