import { instrument, type InstrumentOptions } from "../../src/filter/sandbox/instrument.ts";
import { createMeter, type Meter } from "../../src/filter/sandbox/meter.ts";

/** An instance of a module that was instrumented, and the meter that holds it. */
export interface MeteredModule {
  readonly instance: WebAssembly.Instance;
  readonly meter: Meter;
  /** Calls an export between `begin` and `end`. */
  call(name: string, deadlineMs: number, ...parameters: readonly unknown[]): unknown;
}

export const TEST_MEMORY_BYTES: number = 16 * 65536;

export function meteredModule(
  bytes: Uint8Array,
  imports: Bun.WebAssembly.Imports = {},
  options: InstrumentOptions = { memoryMaxBytes: TEST_MEMORY_BYTES },
): MeteredModule {
  const module = new WebAssembly.Module(instrument(bytes, options));
  const instance = new WebAssembly.Instance(module, imports);
  const meter = createMeter();
  meter.attach(instance, 50);
  return {
    instance,
    meter,
    call(name, deadlineMs, ...parameters): unknown {
      const exported = instance.exports[name];
      if (typeof exported !== "function") throw new TypeError(`there is no export ${name}`);
      meter.begin(deadlineMs);
      try {
        return exported(...parameters);
      } finally {
        meter.end();
      }
    },
  };
}
