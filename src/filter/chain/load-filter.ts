import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import type { ConfigValue, FilterConfig } from "../../config/model.ts";
import type { FilterServices } from "../proxy-wasm/filter-plugin.ts";
import { inspectFilterModule } from "../proxy-wasm/module-inspection.ts";
import { instrument } from "../sandbox/instrument.ts";
import { LoadedFilter } from "./loaded-filter.ts";
import { type FilterSource, readFilterSource } from "./filter-source.ts";

/**
 * Loads one filter of the config: reads the module and checks its hash, instruments and compiles it off the event loop,
 * and starts and configures a first instance, so that a module or a configuration that does not work is an error here
 * and not at the first request.
 *
 * Throws a `SpookyError`: `moduleMissing`, `moduleUnreadable`, `moduleHashMismatch`, `moduleInvalid`, `moduleAbiWrong`,
 * `moduleImportRefused`, `moduleStartFailed`, `moduleConfigRefused`, or what instrumenting refuses. The detail names the
 * filter. Whoever loads a filter puts it into a chain, whose `dispose` ends it.
 */
export async function loadFilter(config: FilterConfig, services: FilterServices, index = 0): Promise<LoadedFilter> {
  const source = await readFilterSource(config);
  try {
    const module = await compile(source, config);
    return new LoadedFilter(
      {
        name: config.name,
        index,
        rootId: config.root_id,
        vmId: config.name,
        module,
        inspection: inspectFilterModule(module),
        configuration: configurationBytes(config.config),
        upstreams: config.upstreams,
        onFailure: config.on_failure,
        capabilities: config.capabilities === undefined ? undefined : new Set(config.capabilities),
        logLinesPerSecond: config.limits.log_lines_per_second,
        deadlineMs: config.limits.deadline_ms,
        startMs: config.limits.start_ms,
      },
      services,
    );
  } catch (error) {
    throw withFilterName(error, config.name);
  }
}

/** Modules of this process by hash and limit: the same filter in ten chains is compiled once. */
const compiled = new Map<string, WeakRef<WebAssembly.Module>>();

async function compile(source: FilterSource, config: FilterConfig): Promise<WebAssembly.Module> {
  const memoryMaxBytes = config.limits.memory_bytes;
  const key = `${source.sha256}:${memoryMaxBytes}`;
  const known = compiled.get(key)?.deref();
  if (known !== undefined) return known;
  const instrumented = instrument(source.bytes, { memoryMaxBytes });
  try {
    const module = await WebAssembly.compile(instrumented as Uint8Array<ArrayBuffer>);
    compiled.set(key, new WeakRef(module));
    return module;
  } catch (error) {
    throw new SpookyError(FAILURES.moduleInvalid, error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}

/** JSON as UTF-8; a string as it is; nothing for nothing. */
function configurationBytes(config: ConfigValue | undefined): Uint8Array {
  if (config === undefined) return new Uint8Array(0);
  return new TextEncoder().encode(typeof config === "string" ? config : JSON.stringify(config));
}

/** Errors of instrumenting and inspecting know nothing of the config. */
function withFilterName(error: unknown, name: string): unknown {
  if (!(error instanceof SpookyError) || error.detail.startsWith(`filter ${name}`)) return error;
  const { failure, detail, place, hint } = error;
  return new SpookyError(failure, `filter ${name}: ${detail}`, {
    cause: error,
    ...(place === undefined ? {} : { place }),
    ...(hint === undefined ? {} : { hint }),
  });
}
