import binaryen from "assemblyscript/binaryen";

/** Assembles WebAssembly text with every feature on, in this process: for tests that need many small modules. */
export function textModule(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(binaryen.Features.All);
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}
