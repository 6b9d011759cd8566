import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileSource } from "../../scripts/build-wasm.ts";

/** A module of `filters/fixtures/`, built into a file. */
export interface FilterModuleFile {
  readonly file: string;
  remove(): Promise<void>;
}

/** Builds `filters/fixtures/<name>.ts`. */
export async function buildFilterModule(name: string): Promise<FilterModuleFile> {
  const folder = await mkdtemp(join(tmpdir(), "spooky-filter-"));
  const file = join(folder, `${name}.wasm`);
  await writeFile(file, await compileSource(`filters/fixtures/${name}.ts`, ["--runtime", "incremental"]));
  return { file, remove: () => rm(folder, { recursive: true, force: true }) };
}
