import type { FilterFailureMode } from "../../config/model.ts";
import type { FilterState } from "../../observe/filter-state.ts";
import type { Logger } from "../../observe/log.ts";
import type { CalloutClient } from "../callout/callout-client.ts";
import type { MetricStore } from "./metric-store.ts";
import type { ModuleInspection } from "./module-inspection.ts";
import type { SharedDataStore } from "./shared-data-store.ts";

/** One filter of the config, ready to be instantiated: all instances of it share this. */
export interface FilterPlugin {
  /** The filter's name in the config. */
  readonly name: string;
  /** Its place among all filters of the config, for counters. */
  readonly index: number;
  /** Selects a root context in C++ and AssemblyScript modules; others ignore it. */
  readonly rootId: string;
  /** Filters with the same id see each other's shared data. */
  readonly vmId: string;
  /** The compiled module, already instrumented. */
  readonly module: WebAssembly.Module;
  readonly inspection: ModuleInspection;
  /** What the guest is configured with, as bytes. */
  readonly configuration: Uint8Array;
  /** Upstreams that the filter may call; no others. */
  readonly upstreams: readonly string[];
  readonly onFailure: FilterFailureMode;
  /** Functions of `env` that it may call; undefined for all. */
  readonly capabilities: ReadonlySet<string> | undefined;
  readonly logLinesPerSecond: number;
  /** Wall clock for one callback, in milliseconds. */
  readonly deadlineMs: number;
  /** The same for start-up and configuration. */
  readonly startMs: number;
}

/** What all filters of a shard share. */
export interface FilterServices {
  readonly logger: Logger;
  readonly metrics: MetricStore;
  readonly sharedData: SharedDataStore;
  readonly events: FilterEvents;
  readonly callouts: CalloutClient;
}

/** Told about each request that a filter gets; `index` as in {@link FilterPlugin}. Must not throw. */
export interface FilterEvents {
  filterCalled(index: number): void;
  /** The filter died in the request, or could not run for it. */
  filterFailed(index: number): void;
  /** A new instance took the place of one that died. */
  filterRebuilt(index: number): void;
  filterStateChanged(index: number, state: FilterState): void;
}
