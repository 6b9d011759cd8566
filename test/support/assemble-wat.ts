import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ASSEMBLER = new URL("../../node_modules/.bin/wasm-as", import.meta.url).pathname;

/** Assembles WebAssembly text; throws with what the assembler has to say. */
export async function assembleWat(source: string): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), "spooky-wat-"));
  try {
    const [text, module] = [join(folder, "module.wat"), join(folder, "module.wasm")];
    writeFileSync(text, source);
    const run = Bun.spawn([process.execPath, ASSEMBLER, text, "-o", module], { stdout: "ignore", stderr: "pipe" });
    const complaints = await run.stderr.text();
    if ((await run.exited) !== 0) throw new Error(complaints);
    return readFileSync(module);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
