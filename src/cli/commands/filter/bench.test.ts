import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type CommandFolder, openCommandFolder } from "../../../../test/support/command-folder.ts";
import { textModule } from "../../../../test/support/text-module.ts";

const HEADER_REWRITE = new URL("../../../../wasm/header-rewrite.wasm", import.meta.url).pathname;
const CONFIG = JSON.stringify({ request: { set: { "x-client": "${client_address}" }, remove: ["cookie"] } });

let folder: CommandFolder;
beforeAll(() => {
  folder = openCommandFolder();
});
afterAll(() => folder.remove());

/** Writes a filter that has nothing but `content`. */
function filter(name: string, content: string): string {
  const imports = `(import "env" "proxy_send_local_response" (func $reply (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))`;
  const abi = `(memory (export "memory") 1) (func (export "proxy_abi_version_0_2_1"))`;
  return folder.write(`${name}.wasm`, textModule(`(module ${imports} ${abi} ${content})`));
}

function callback(name: string, body: string): string {
  return `(func (export "proxy_on_${name}") (param i32 i32 i32) (result i32) ${body})`;
}

async function bench(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await folder.spooky("filter", "bench", ...argv, "--requests", "500");
  expect([code, stderr]).toEqual([0, ""]);
  return stdout;
}

async function failure(path: string, ...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await folder.spooky("filter", "bench", path, "--requests", "500", ...argv);
  expect([code, stdout]).toEqual([1, ""]);
  return stderr;
}

describe("spooky filter bench", () => {
  test("tells times that are none of nothing, and the memory", async () => {
    const text = await bench(HEADER_REWRITE, "--config", CONFIG);
    expect(text).toMatch(/^requests +500$/m);
    const [mean = 0, p50 = 0, p99 = 0] = [...text.matchAll(/([\d.]+) µs/g)].map(([, value]) => Number(value));
    expect(mean).toBeGreaterThan(0);
    expect(p50).toBeGreaterThan(0);
    expect(p99).toBeGreaterThanOrEqual(p50);
    expect(text).toMatch(/^memory +\d+ bytes \(.*\) before, \d+ bytes \(.*\) after$/m);
    expect(text).not.toContain("answered");
  });

  test("shows memory that grows with the requests", async () => {
    // One page to begin with, 500 of the requests that warm up, 500 of those that are measured.
    const leak = callback("request_headers", "(drop (memory.grow (i32.const 1))) (i32.const 0)");
    expect(await bench(filter("leak", leak))).toContain(`before, ${65_536 * 1001} bytes`);
  });

  test("shows bodies of both directions to filters that look at them", async () => {
    // Grows once for each piece: one of the request, two of the response, and the end of each.
    const grow = "(drop (memory.grow (i32.const 1))) (i32.const 0)";
    const path = filter("bodies", callback("request_body", grow) + callback("response_body", grow));
    const { stdout } = await folder.spooky("filter", "bench", path, "--requests", "1");
    // The one request that warms up, and the one that is measured.
    expect(stdout).toContain(`65536 bytes (64 KiB) before, ${65_536 * 11} bytes`);
  });

  test("counts the requests that the filter answers", async () => {
    const reply = `(drop (call $reply (i32.const 403) ${"(i32.const 0) ".repeat(6)} (i32.const -1))) (i32.const 1)`;
    expect(await bench(filter("reply", callback("request_headers", reply)))).toMatch(/^answered +500 by/m);
    const late = filter("late-reply", callback("request_body", reply));
    expect(await bench(late)).toMatch(/^answered +500 by/m);
  });

  test("tells what the filter logged, which is no failure, however bad", async () => {
    const log = `(data (i32.const 64) "no luck") ${callback(
      "request_headers",
      "(drop (call $log (i32.const 4) (i32.const 64) (i32.const 7))) (i32.const 0)",
    )}`;
    expect(await bench(filter("log", log))).toMatch(/^logged +no luck$/m);
  });

  test("fails when the module refuses its config, with the module's own words", async () => {
    const refused = await failure(HEADER_REWRITE, "--config", '{"requst": {}}');
    expect(refused).toContain("SPK_MODULE_CONFIG_REFUSED");
    expect(refused).toContain("requst: unknown key");
    expect(await failure(HEADER_REWRITE)).toContain("(it was given none; see --config)");
  });

  test("fails when the filter does", async () => {
    for (const name of ["request_headers", "response_headers", "response_body", "log"]) {
      const stderr = await failure(filter(`trap-${name}`, callback(name, "unreachable")));
      expect(stderr).toStartWith("error SPK_FILTER_FAILED: ");
      expect(stderr).toContain(`on_${name}`);
    }
  });

  test("fails when the filter holds a message, and says which part", async () => {
    for (const [name, part] of [
      ["request_headers", "the request's headers"],
      ["response_body", "the response's body"],
    ] as const) {
      expect(await failure(filter(`hold-${name}`, callback(name, "(i32.const 1)")))).toContain(`it holds ${part}`);
    }
  });

  test("fails with a module that would not load", async () => {
    expect(await failure(folder.write("text.wasm", new TextEncoder().encode("none")))).toContain("SPK_MODULE_INVALID");
  });

  test.each([
    [["--requests", "0"]],
    [["--requests", "many"]],
    [["--requests", "1000001"]],
    [["--config", "{"]],
    [["b"]],
  ])("is wrong usage with %j", async (argv) => {
    const { code, stderr } = await folder.spooky("filter", "bench", HEADER_REWRITE, ...argv);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error SPK_CLI_USAGE: .*usage: spooky filter bench FILE/);
  });
});

test("the help lists both commands", async () => {
  const { stdout } = await folder.spooky("--help");
  for (const usage of ["filter inspect FILE", "filter bench FILE [--config JSON]"]) expect(stdout).toContain(usage);
});
