import binaryen from "assemblyscript/binaryen";

/** Assembles WebAssembly text with every feature on, in this process: for tests that need many small modules. */
export function textModule(text: string): Uint8Array {
  const module = parse(text);
  try {
    module.setFeatures(binaryen.Features.All);
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/** Its error would show the assembler's own source, megabytes of it. */
function parse(text: string): binaryen.Module {
  try {
    return binaryen.parseText(text);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)} in ${text}`, { cause: error });
  }
}
