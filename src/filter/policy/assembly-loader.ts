import { instantiateSync } from "@assemblyscript/loader";

/** Host functions by module and name. */
export type ImportedFunctions = Readonly<
  Record<string, Readonly<Record<string, (...args: number[]) => number | void>>>
>;

/**
 * Instantiates through AssemblyScript's loader. Gives the engine's own instance: the loader's view of the exports wraps
 * every function into a closure with rest parameters, which a call per request need not pay for.
 */
export function instantiateAssembly(module: WebAssembly.Module, imports: ImportedFunctions): WebAssembly.Instance {
  // A copy, because the loader adds what it thinks is missing.
  return instantiateSync(module, { ...imports }).instance;
}
