/** The documentation says what is true: its YAML is accepted, its links lead somewhere, its commands exist. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseConfig } from "../src/config/parse-config.ts";
import { findCodeBlocks, findFileLinks } from "./support/markdown.ts";
import { findRepositoryFiles, readRepositoryFile, repository } from "./support/repository-files.ts";

const pages = findRepositoryFiles("*.md", "docs/**/*.md", "bench/*.md", "filters/**/*.md");

/** What a block that shows some keys of the root needs besides them. */
const COMPLETION: Readonly<Record<string, string>> = {
  listen: "listen: { address: 127.0.0.1, port: 9889, tls: { cert: a.pem, key: a-key.pem } }\n",
  upstream: "upstream: { a: { route: { path_prefix: / }, backends: [{ id: a, address: http://127.0.0.1:3000 }] } }\n",
};

function complete(yaml: string): string {
  let text = yaml;
  for (const [key, block] of Object.entries(COMPLETION)) {
    const isThere = new RegExp(`^${key}:`, "m").test(yaml) || (key === "listen" && /^listeners:/m.test(yaml));
    if (!isThere) text += block;
  }
  return text;
}

function errorsOf(yaml: string, place: string): string[] {
  const result = parseConfig(complete(yaml), place);
  if (!("errors" in result)) return [];
  return result.errors.map(({ line, path, message }) => `${place}+${line ?? 0}: ${path}: ${message}`);
}

describe("the documentation", () => {
  test("has only YAML that the config reader accepts", async () => {
    const errors: string[] = [];
    let count = 0;
    for (const page of pages) {
      for (const { language, text, line } of findCodeBlocks(await readRepositoryFile(page))) {
        if (language !== "yaml" && language !== "yml") continue;
        count++;
        errors.push(...errorsOf(text, `${page}:${line}`));
      }
    }
    expect(errors).toEqual([]);
    expect(count).toBeGreaterThanOrEqual(3);
  });

  test("would be caught with a wrong key or value", () => {
    expect(errorsOf("filterz: []\n", "a.md:1")).not.toEqual([]);
    expect(
      errorsOf("upstream:\n  a:\n    route: {path_prefix: api}\n    backends: [{id: a, address: b}]\n", "a"),
    ).not.toEqual([]);
    expect(errorsOf("log: {level: info}\n", "a.md:1")).toEqual([]);
  });

  test("links to files that exist", async () => {
    const broken: string[] = [];
    let count = 0;
    for (const page of pages) {
      for (const target of findFileLinks(await readRepositoryFile(page))) {
        count++;
        if (!existsSync(join(repository, dirname(page), target))) broken.push(`${page} → ${target}`);
      }
    }
    expect(broken).toEqual([]);
    expect(count).toBeGreaterThan(10);
  });

  test("names commands of package.json that exist", async () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(await readRepositoryFile("package.json"));
    const unknown: string[] = [];
    for (const page of pages) {
      const commands = (await readRepositoryFile(page)).matchAll(/\b(?:npm|bun) run ([a-z][\w:-]*)/g);
      for (const [, name = ""] of commands) if (scripts[name] === undefined) unknown.push(`${page}: ${name}`);
    }
    expect(unknown).toEqual([]);
  });

  test("mentions source files that exist", async () => {
    const missing: string[] = [];
    for (const page of pages) {
      const paths = (await readRepositoryFile(page)).matchAll(
        /`((?:src|filters|test|bench|scripts|docs|wasm)\/[\w./-]*)`/g,
      );
      for (const [, path = ""] of paths) if (!existsSync(repository + path)) missing.push(`${page}: ${path}`);
    }
    expect(missing).toEqual([]);
  });

  test("gives each decision a number, a page and a line in the list", async () => {
    const decisions = findRepositoryFiles("docs/adr/*.md").filter((path) => !path.endsWith("README.md"));
    const list = await readRepositoryFile("docs/adr/README.md");
    expect(decisions.length).toBeGreaterThanOrEqual(6);
    for (const [index, path] of decisions.entries()) {
      const name = path.slice("docs/adr/".length);
      expect(name).toStartWith(String(index + 1).padStart(4, "0"));
      expect(list).toContain(`[${index + 1}](${name})`);
      const text = await readRepositoryFile(path);
      expect(text).toStartWith(`# ${index + 1}. `);
      for (const part of ["**Decided.**", "## Why", "## What it costs"]) expect(text).toContain(part);
    }
  });

  test("names the phases as the code does", async () => {
    const { PHASES } = await import("../src/pipeline/phases.ts");
    const rows = [...(await readRepositoryFile("docs/architecture.md")).matchAll(/^\| `([a-z-]+)` \|/gm)].map(
      ([, name]) => name,
    );
    expect(rows).toEqual([...PHASES]);
  });
});
