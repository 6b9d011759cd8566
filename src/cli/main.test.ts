/** The program as a user starts it, as far as it opens no socket. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readVersion } from "./version.ts";

const MAIN = join(import.meta.dir, "../main.ts");

let directory = "";

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "spooky-cli-"));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

function spooky(...argv: string[]): { code: number; out: string; err: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, MAIN, ...argv], { cwd: directory });
  return { code: exitCode, out: stdout.toString(), err: stderr.toString() };
}

describe("spooky", () => {
  test("prints its version", () => {
    expect(spooky("--version")).toEqual({ code: 0, out: `spooky ${readVersion()}\n`, err: "" });
  });

  test("prints help that names every flag", () => {
    const { code, out } = spooky("--help");
    expect(code).toBe(0);
    for (const flag of ["--config", "--version", "--help"]) expect(out).toContain(flag);
  });

  test("exits with 2 and one line when the command line is wrong", () => {
    const { code, out, err } = spooky("--nope");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toBe('error SPK_CLI_USAGE: unknown argument "--nope" (see spooky --help)\n');
  });

  test("exits with 1 when the named config file is missing", () => {
    expect(spooky("-c", "nowhere.yaml")).toEqual({
      code: 1,
      out: "",
      err: "nowhere.yaml: error SPK_CONFIG_FILE_MISSING: config file not found\n  hint: name another file with --config\n",
    });
  });

  test("exits with 1 and every error when the config is wrong", () => {
    writeFileSync(join(directory, "wrong.yaml"), "listen: {port: 0}\nfoo: 1\n");
    const { code, err } = spooky("--config", "wrong.yaml");
    expect(code).toBe(1);
    expect(err.split("\n").filter((line) => line.startsWith("wrong.yaml:"))).toEqual([
      "wrong.yaml:1:1: error SPK_CONFIG_MISSING_KEY: listen.tls: required key is missing",
      "wrong.yaml:1:1: error SPK_CONFIG_MISSING_KEY: upstream: required key is missing",
      "wrong.yaml:1:16: error SPK_CONFIG_VALUE: listen.port: value not allowed",
      "wrong.yaml:2:1: error SPK_CONFIG_UNKNOWN_KEY: foo: unknown key",
    ]);
  });
});
