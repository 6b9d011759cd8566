import { FAILURES } from "../../../errors/catalogue.ts";
import { SpookyError } from "../../../errors/spooky-error.ts";
import { inspectFilterModule } from "../../../filter/proxy-wasm/module-inspection.ts";
import { instrument } from "../../../filter/sandbox/instrument.ts";

/**
 * Why the proxy would not load the module: one reason of each step that loading has, not only that of the first, so that
 * a module can be set right in one go. Nothing of it is run.
 */
export async function findRefusals(bytes: Uint8Array, memoryMaxBytes: number): Promise<readonly SpookyError[]> {
  const refusals: SpookyError[] = [];
  const collect = <T>(step: () => T): T | undefined => {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof SpookyError)) throw error;
      refusals.push(error);
      return undefined;
    }
  };
  const instrumented = collect(() => instrument(bytes, { memoryMaxBytes }));
  let module: WebAssembly.Module;
  try {
    module = await WebAssembly.compile(new Uint8Array(instrumented ?? bytes));
  } catch (error) {
    // What could not even be rewritten has been told of, in words that say more than the engine's.
    if (instrumented !== undefined) refusals.push(invalid(error));
    return refusals;
  }
  collect(() => inspectFilterModule(module));
  return refusals;
}

function invalid(error: unknown): SpookyError {
  return new SpookyError(FAILURES.moduleInvalid, error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
