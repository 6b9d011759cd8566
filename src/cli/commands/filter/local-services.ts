import type { FilterServices } from "../../../filter/proxy-wasm/filter-plugin.ts";
import { MetricStore } from "../../../filter/proxy-wasm/metric-store.ts";
import { SharedDataStore } from "../../../filter/proxy-wasm/shared-data-store.ts";
import type { LogFields } from "../../../observe/log.ts";

const MAX_LINES = 8;

/** Services of a filter that runs in this process alone, and what came up meanwhile. */
export interface LocalServices extends FilterServices {
  /** The first warnings and errors, the filter's and those about it, each once. */
  readonly lines: ReadonlySet<string>;
  /** How the filter failed last, if it did: requests may go on that it failed in. */
  failure(): string | undefined;
}

/** Lines of the host's about a failure have the reason in a field; a filter's own, however bad, are no failure. */
const isFailure = (fields: LogFields): boolean => fields["error"] !== undefined;

/**
 * Makes services that keep everything in memory and reach nobody: calls to upstreams find none. Lines below `warn` are
 * neither asked for nor kept, since writing them would be most of what is measured.
 */
export function createLocalServices(): LocalServices {
  const lines = new Set<string>();
  let failure: string | undefined;
  return {
    logger: {
      isEnabled: (level) => level === "warn" || level === "error",
      log(_level, message, fields = {}) {
        const line = lineOf(message, fields);
        if (isFailure(fields)) failure = line;
        if (lines.size < MAX_LINES) lines.add(line);
      },
    },
    metrics: new MetricStore(),
    sharedData: new SharedDataStore(),
    events: { filterCalled() {}, filterFailed() {}, filterRebuilt() {}, filterStateChanged() {} },
    callouts: { hasUpstream: () => false, start: () => () => {} },
    lines,
    failure: () => failure,
  };
}

/** The message with those of its fields that say why; the others say which filter and which request. */
function lineOf(message: string, fields: LogFields): string {
  const reasons = ["callback", "error", "import"].map((name) => fields[name]).filter((value) => value !== undefined);
  return [message, ...reasons].join(": ");
}
