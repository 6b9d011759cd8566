/**
 * The direction of imports, as `docs/architecture.md` states it. The rule is what keeps the request path free of
 * processes and sockets, and the pure parts testable without either.
 */
import { describe, expect, test } from "bun:test";
import { findImports, type ImportEdge, packageOf, readImports } from "./support/import-graph.ts";
import { findRepositoryFiles, readRepositoryFile } from "./support/repository-files.ts";

/** Which areas of `src/` each area may import, besides itself and what everybody may. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  main: ["cli"],
  // Of `filter` what tells of one module and runs it without a proxy around it.
  cli: ["supervisor", "platform", "control", "filter"],
  // Of `filter` only what fetches modules: they are on disk before a shard starts.
  supervisor: ["shard", "control", "platform", "filter"],
  control: ["platform"],
  shard: ["ingress", "pipeline", "filter", "upstream", "policy", "http", "platform"],
  ingress: ["pipeline", "http", "platform"],
  pipeline: ["filter", "upstream", "policy", "http"],
  filter: ["http"],
  upstream: ["http", "platform"],
  policy: ["http", "filter"],
  observe: ["http", "platform"],
  config: [],
  platform: [],
  http: [],
  errors: [],
};

const FOR_ALL: ReadonlySet<string> = new Set(["config", "errors", "observe"]);
/** Areas that must stand alone, and the only ones that they may import. */
const ALONE: Readonly<Record<string, readonly string[]>> = {
  http: ["errors"],
  errors: [],
  platform: ["errors"],
  config: ["errors", "observe", "http"],
  observe: ["errors", "config", "http", "platform"],
};

const sources = findRepositoryFiles("src/**/*.ts");
const programs = sources.filter((path) => !path.endsWith(".test.ts"));

function areaOf(path: string): string {
  const [, area] = path.split("/");
  return (area ?? "").replace(/\.ts$/, "");
}

function isAllowed(edge: ImportEdge): boolean {
  if (edge.to === undefined) return true;
  const from = areaOf(edge.from);
  if (!edge.to.startsWith("src/")) return from === "cli" && edge.to === "package.json";
  const to = areaOf(edge.to);
  if (from === to) return true;
  const alone = ALONE[from];
  if (alone !== undefined) return alone.includes(to);
  return FOR_ALL.has(to) || (ALLOWED[from] ?? []).includes(to);
}

const show = (edge: ImportEdge): string => `${edge.from} → ${edge.to ?? edge.specifier}`;

describe("imports", () => {
  test("every area of src/ has a rule", () => {
    const unknown = new Set(programs.map(areaOf).filter((area) => ALLOWED[area] === undefined));
    expect([...unknown]).toEqual([]);
  });

  test("follow the one direction", async () => {
    const edges = await readImports(programs);
    expect(edges.length).toBeGreaterThan(100);
    expect(edges.filter((edge) => !isAllowed(edge)).map(show)).toEqual([]);
  });

  test("against the direction are found by this very check", () => {
    const edge = (from: string, specifier: string): ImportEdge => {
      const [found] = findImports(from, `import type { X } from "${specifier}";\n`);
      if (found === undefined) throw new Error("the import was not read");
      return found;
    };
    expect(isAllowed(edge("src/http/path.ts", "../errors/failure.ts"))).toBe(true);
    expect(isAllowed(edge("src/pipeline/route.ts", "../filter/policy.ts"))).toBe(true);
    expect(isAllowed(edge("src/http/path.ts", "../observe/log.ts"))).toBe(false);
    expect(isAllowed(edge("src/http/path.ts", "../filter/policy.ts"))).toBe(false);
    expect(isAllowed(edge("src/errors/failure.ts", "../http/head.ts"))).toBe(false);
    expect(isAllowed(edge("src/pipeline/route.ts", "../ingress/listener.ts"))).toBe(false);
    expect(isAllowed(edge("src/platform/libc.ts", "../observe/log.ts"))).toBe(false);
    expect(isAllowed(edge("src/pipeline/route.ts", "../../bench/main.ts"))).toBe(false);
  });

  test("reach each third-party package from one file only, and only declared ones", async () => {
    const manifest: { dependencies: Record<string, string> } = JSON.parse(await readRepositoryFile("package.json"));
    const importers = new Map<string, Set<string>>();
    for (const edge of await readImports(programs)) {
      const name = packageOf(edge.specifier);
      if (name === undefined) continue;
      importers.set(name, (importers.get(name) ?? new Set()).add(edge.from));
    }
    const several = [...importers]
      .filter(([, files]) => files.size > 1)
      .map(([name, files]) => `${name}: ${[...files].join(" ")}`);
    expect(several).toEqual([]);
    expect([...importers.keys()].sort()).toEqual(Object.keys(manifest.dependencies).sort());
  });

  test("of packages outside src/ are in one file each too", async () => {
    const outside = findRepositoryFiles("bench/**/*.ts", "scripts/**/*.ts");
    const importers = new Map<string, Set<string>>();
    for (const edge of await readImports(outside)) {
      const name = packageOf(edge.specifier);
      if (name !== undefined) importers.set(name, (importers.get(name) ?? new Set()).add(edge.from));
    }
    expect([...importers].filter(([, files]) => files.size > 1).map(([name]) => name)).toEqual([]);
  });

  test("name every file with its ending", async () => {
    const edges = await readImports(findRepositoryFiles("{src,test,bench,scripts}/**/*.ts"));
    const bare = edges.filter(({ to }) => to !== undefined && !/\.(ts|json|wasm)$/.test(to)).map(show);
    expect(bare).toEqual([]);
  });
});
