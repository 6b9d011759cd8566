/** Habits of the sources that neither the compiler nor the linter holds. */
import { describe, expect, test } from "bun:test";
import { withoutComments } from "./support/import-graph.ts";
import { findRepositoryFiles, findTrackedFiles, readRepositoryFile } from "./support/repository-files.ts";

const MAX_LINES = 500;

const sources = findRepositoryFiles("{src,filters,bench,test,scripts}/**/*.ts");
const programs = findRepositoryFiles("src/**/*.ts").filter((path) => !path.endsWith(".test.ts"));

async function lineCounts(paths: readonly string[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(path, (await readRepositoryFile(path)).split("\n").length - 1);
  return counts;
}

async function offenders(paths: readonly string[], pattern: RegExp): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const lines = withoutComments(await readRepositoryFile(path)).split("\n");
    for (const line of lines) if (pattern.test(line)) found.push(`${path}: ${line.trim()}`);
  }
  return found;
}

describe("source files", () => {
  test(`have at most ${MAX_LINES} lines, and half of them far less`, async () => {
    const counts = await lineCounts(sources);
    const long = [...counts].filter(([, lines]) => lines > MAX_LINES).map(([path, lines]) => `${path}: ${lines}`);
    expect(long).toEqual([]);
    const sorted = [...(await lineCounts(programs)).values()].sort((a, b) => a - b);
    const median = sorted[sorted.length >> 1] ?? 0;
    const total = sorted.reduce((sum, lines) => sum + lines, 0);
    console.log(`src: ${sorted.length} files, ${total} lines, median ${median}, longest ${sorted.at(-1) ?? 0}`);
    expect(median).toBeGreaterThan(0);
    expect(median).toBeLessThanOrEqual(150);
  });

  test("are named in kebab case", () => {
    const isKebab = (path: string): boolean =>
      /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)*\.ts$/.test(path.split("/").at(-1) ?? "");
    expect(sources.filter((path) => !isKebab(path))).toEqual([]);
    expect(sources.filter((path) => /\/(utils?|helpers?|misc|common)\.ts$/.test(path))).toEqual([]);
  });

  test("of src/ have no default export, no any, no non-null assertion and no silenced check", async () => {
    expect(await offenders(programs, /^\s*export default\b/)).toEqual([]);
    expect(await offenders(programs, /(?::|<|\bas|\|)\s*any\b(?!\s*[:"'`])/)).toEqual([]);
    expect(await offenders(programs, /[\w)\]]!(?:[.;,)\]]|\s*$)/)).toEqual([]);
    const silencers = /@ts-(?:ignore|nocheck|expect-error)|(?:oxlint|eslint)-disable/;
    const found: string[] = [];
    for (const path of programs) if (silencers.test(await readRepositoryFile(path))) found.push(path);
    expect(found).toEqual([]);
  });

  test("of src/ hold no unfinished work", async () => {
    const found: string[] = [];
    for (const path of programs) {
      if (/\b(?:TODO|FIXME|XXX|HACK)\b/.test(await readRepositoryFile(path))) found.push(path);
    }
    expect(found).toEqual([]);
  });

  test("skip no test", async () => {
    const tests = findRepositoryFiles("{src,filters,bench,test,scripts}/**/*.test.ts");
    expect(tests.length).toBeGreaterThan(10);
    expect(await offenders(tests, /\b(?:test|it|describe)\.(?:only|skip|todo|failing)\(/)).toEqual([]);
  });
});

describe("tracked files", () => {
  test("hold no path of somebody's machine", async () => {
    const machine = /(?<![\w.$}])\/(?:home|Users|root|work|workspace)\/[\w.-]+/;
    const found: string[] = [];
    for (const path of findTrackedFiles()) {
      if (path === "bun.lock" || /\.(?:wasm|png|svg|pem)$/.test(path)) continue;
      if (!(await Bun.file(path).exists())) continue;
      const line = (await readRepositoryFile(path)).split("\n").find((text) => machine.test(text));
      if (line !== undefined && path !== "test/repo-sources.test.ts") found.push(`${path}: ${line.trim()}`);
    }
    expect(found).toEqual([]);
  });

  test("hold no private key and no installed package", async () => {
    const tracked = findTrackedFiles();
    expect(tracked.filter((path) => path.includes("node_modules/"))).toEqual([]);
    const keys: string[] = [];
    for (const path of tracked.filter((name) => /\.(?:pem|key|crt)$/.test(name))) {
      if ((await readRepositoryFile(path)).includes("PRIVATE KEY")) keys.push(path);
    }
    expect(keys).toEqual([]);
  });
});
