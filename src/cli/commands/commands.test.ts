import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../config/parse-config.ts";
import { compareValues, flatten } from "./config-diff.ts";
import { CONFIG_TEMPLATE } from "./config-template.ts";

const MAIN = join(import.meta.dir, "../../main.ts");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "spooky-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function spooky(...argv: string[]): Promise<Outcome> {
  const child = Bun.spawn([process.execPath, MAIN, ...argv], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { code: await child.exited, stdout, stderr };
}

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const BROKEN = CONFIG_TEMPLATE.replace("worker_threads: 2", "worker_treads: 2").replace("port: 443", "port: 0");

describe("spooky check", () => {
  test("points at every mistake at once and exits with 1", async () => {
    const { code, stdout } = await spooky("check", write("broken.yaml", BROKEN), "--offline");
    expect(code).toBe(1);
    expect(stdout).toContain("SPK_CONFIG_UNKNOWN_KEY");
    expect(stdout).toContain("worker_threads");
    expect(stdout).toContain("listen.port");
    expect(stdout).toEndWith("broken.yaml: 2 errors\n");
  });

  test("accepts a right config and exits with 0", async () => {
    const { code, stdout } = await spooky("check", "--offline", write("right.yaml", CONFIG_TEMPLATE));
    expect(code).toBe(0);
    expect(stdout).toEndWith("right.yaml: ok, 1 warning\n");
  });

  test("misses the files that the config names, unless told not to look", async () => {
    const { code, stdout } = await spooky("check", write("right.yaml", CONFIG_TEMPLATE));
    expect(code).toBe(1);
    expect(stdout).toContain("SPK_TLS_CERTIFICATE_MISSING");
  });

  test("speaks JSON", async () => {
    const { code, stdout } = await spooky("check", write("broken.yaml", BROKEN), "--offline", "--format", "json");
    expect(code).toBe(1);
    const { ok, diagnostics } = JSON.parse(stdout) as { ok: boolean; diagnostics: Record<string, unknown>[] };
    expect(ok).toBe(false);
    expect(diagnostics.map(({ code: found, line }) => [found, line])).toEqual([
      ["SPK_CONFIG_VALUE", 7],
      ["SPK_CONFIG_UNKNOWN_KEY", 18],
    ]);
  });

  test("tells of a file that is not there", async () => {
    const { code, stdout } = await spooky("check", "none.yaml", "--offline");
    expect([code, stdout.includes("SPK_CONFIG_FILE_MISSING")]).toEqual([1, true]);
  });

  test.each([[[]], [["a", "b"]], [["a", "--nope"]], [["a", "--format", "xml"]]])(
    "is wrong usage with %j",
    async (argv) => {
      const { code, stderr } = await spooky("check", ...argv);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error SPK_CLI_USAGE: .*usage: spooky check FILE/);
    },
  );
});

describe("spooky init", () => {
  test("writes a config that is valid but for the files that it names, and never over another", async () => {
    expect((await spooky("init")).code).toBe(0);
    const text = readFileSync(join(folder, "spooky.yaml"), "utf8");
    expect("errors" in parseConfig(text, "spooky.yaml")).toBe(false);
    const again = await spooky("init");
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("spooky.yaml is there already");
    expect(readFileSync(join(folder, "spooky.yaml"), "utf8")).toBe(text);
  });
});

describe("spooky config", () => {
  const minimal = `version: 1
listen: {address: 127.0.0.1, port: 8443, tls: {cert: a.pem, key: a-key.pem}}
upstream: {app: {route: {path_prefix: /}, backends: [{id: b, address: "http://127.0.0.1:1"}]}}
`;

  test("show refuses what check would refuse", async () => {
    const { code, stdout, stderr } = await spooky("config", "show", write("minimal.yaml", minimal));
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("SPK_TLS_CERTIFICATE_MISSING");
  });

  test("diff is told by key path, elements of lists by their names", () => {
    const before = { a: 1, list: [{ id: "x", weight: 1 }, { id: "y" }], gone: [1] };
    const after = { a: 2, list: [{ id: "y" }, { id: "x", weight: 5 }], fresh: null };
    expect(compareValues(flatten(before), flatten(after))).toEqual([
      "~ a: 1 → 2",
      "+ fresh: null",
      "- gone[0]: 1",
      "~ list[x].weight: 1 → 5",
    ]);
  });
});

test("spooky schema prints the JSON Schema of the config, and takes no arguments", async () => {
  const { code, stdout } = await spooky("schema");
  expect([code, JSON.parse(stdout).$schema]).toEqual([0, "https://json-schema.org/draft/2020-12/schema"]);
  expect((await spooky("schema", "my.yaml")).code).toBe(2);
});

test("the help lists every command, and each command has its own", async () => {
  const { stdout } = await spooky("--help");
  for (const name of ["check FILE", "init", "config show FILE", "config diff OLD NEW"]) expect(stdout).toContain(name);
  const own = await spooky("config", "show", "--help");
  expect([own.code, own.stdout.includes("Usage: spooky config show FILE")]).toEqual([0, true]);
});
