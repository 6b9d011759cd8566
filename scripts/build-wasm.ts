/**
 * Builds every `filters/<name>/index.ts` into `wasm/<name>.wasm` and writes `wasm/SHA256SUMS`. The result depends on
 * the sources and the pinned compiler alone, so that anyone can rebuild it byte for byte.
 *
 *     bun run build:wasm            build what is in filters/
 *     bun run build:wasm --check    build into memory and compare with what is in wasm/; exit 1 on any difference
 * @module
 */
import { Glob } from "bun";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SUMS = "wasm/SHA256SUMS";
const COMPILER = join(ROOT, "node_modules/assemblyscript/bin/asc.js");

/**
 * `stub` never frees. Whatever it costs a module that wants to free, it can say otherwise in its own `asc.json`. No
 * source map and no debug names: paths of the machine that builds must not get into the module.
 */
const COMMON_FLAGS: readonly string[] = ["-O3", "--noAssert", "--converge", "--runtime", "stub"];

/** One module: where its source is, and the bytes that it makes. */
export interface BuiltModule {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Names of the folders of `filters/` that have an `index.ts`, sorted. */
export async function listModules(root: string = ROOT): Promise<string[]> {
  const entries = await Array.fromAsync(new Glob("filters/*/index.ts").scan({ cwd: root }));
  return entries.map((entry) => dirname(entry).slice("filters/".length)).sort();
}

/** Further compiler flags of one module: a JSON list of strings in `filters/<name>/asc.json`, or none. */
async function ownFlags(name: string): Promise<string[]> {
  const file = Bun.file(join(ROOT, "filters", name, "asc.json"));
  if (!(await file.exists())) return [];
  const flags: unknown = await file.json();
  if (!Array.isArray(flags) || !flags.every((flag): flag is string => typeof flag === "string")) {
    throw new Error(`filters/${name}/asc.json is not a list of strings`);
  }
  return flags;
}

/** Builds `filters/<name>/`. Throws with the compiler's own words when the source is wrong. */
export async function buildModule(name: string): Promise<BuiltModule> {
  return { name, bytes: await compileSource(`filters/${name}/index.ts`, await ownFlags(name)) };
}

/** Builds several, as many at a time as there are processors, and returns them in the order of their names here. */
export async function buildModules(names: readonly string[]): Promise<BuiltModule[]> {
  const built = new Map<string, BuiltModule>();
  const left = names.values();
  const work = async (): Promise<void> => {
    for (const name of left) built.set(name, await buildModule(name));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return names.map((name) => built.get(name)).filter((module) => module !== undefined);
}

/**
 * Compiles one AssemblyScript source, given relative to the repository, with the common flags and some more. The
 * compiler runs as a process: its library brings ambient types that would change those of the whole project.
 */
export async function compileSource(entry: string, flags: readonly string[] = []): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "spooky-wasm-"));
  try {
    const output = join(folder, "module.wasm");
    const command = [process.execPath, COMPILER, entry, "--outFile", relative(ROOT, output), ...COMMON_FLAGS, ...flags];
    const compiler = Bun.spawn(command, { cwd: ROOT, stdout: "ignore", stderr: "pipe" });
    const complaints = await compiler.stderr.text();
    if ((await compiler.exited) !== 0) throw new Error(`${entry} does not compile\n${complaints}`);
    return await readFile(output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The text of the sums file, as `sha256sum -c` reads it inside `wasm/`. */
export function formatSums(modules: readonly BuiltModule[]): string {
  return modules.map(({ name, bytes }) => `${sha256(bytes)}  ${name}.wasm\n`).join("");
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function modulePath(name: string): string {
  return join(ROOT, "wasm", `${name}.wasm`);
}

/** What is not as a build would leave it: a line for each file of `wasm/` that is missing, different or too much. */
export async function findDifferences(modules: readonly BuiltModule[]): Promise<string[]> {
  const differences: string[] = [];
  for (const { name, bytes } of modules) {
    const committed = await readFile(modulePath(name)).catch(() => undefined);
    if (committed === undefined) differences.push(`wasm/${name}.wasm is missing`);
    else if (!committed.equals(bytes)) differences.push(`wasm/${name}.wasm does not match filters/${name}/`);
  }
  const names = new Set(modules.map(({ name }) => name));
  for await (const file of new Glob("*.wasm").scan({ cwd: join(ROOT, "wasm") })) {
    if (!names.has(file.slice(0, -".wasm".length))) differences.push(`wasm/${file} has no source in filters/`);
  }
  const sums = await readFile(join(ROOT, SUMS), "utf8").catch(() => "");
  if (sums !== formatSums(modules)) differences.push(`${SUMS} does not match the modules`);
  return differences.sort();
}

async function run(isCheck: boolean): Promise<number> {
  const modules = await buildModules(await listModules());
  if (isCheck) {
    const differences = await findDifferences(modules);
    for (const difference of differences) console.error(difference);
    if (differences.length > 0) console.error("run: bun run build:wasm");
    return differences.length === 0 ? 0 : 1;
  }
  for (const { name, bytes } of modules) {
    await writeFile(modulePath(name), bytes);
    console.log(`wasm/${name}.wasm  ${bytes.length} bytes`);
  }
  await writeFile(join(ROOT, SUMS), formatSums(modules));
  return 0;
}

if (import.meta.main) process.exitCode = await run(process.argv.includes("--check"));
