import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type CommandFolder, openCommandFolder } from "../../../../test/support/command-folder.ts";
import { textModule } from "../../../../test/support/text-module.ts";

const HEADER_REWRITE = new URL("../../../../wasm/header-rewrite.wasm", import.meta.url).pathname;

let folder: CommandFolder;
beforeAll(() => {
  folder = openCommandFolder();
});
afterAll(() => folder.remove());

const ABI = `(func (export "proxy_abi_version_0_2_1"))`;

async function inspect(path: string): Promise<{ code: number; report: Record<string, unknown> }> {
  const { code, stdout } = await folder.spooky("filter", "inspect", path, "--format", "json");
  return { code, report: JSON.parse(stdout) as Record<string, unknown> };
}

describe("spooky filter inspect", () => {
  test("tells all about a module that would load", async () => {
    const { code, report } = await inspect(HEADER_REWRITE);
    const bytes = readFileSync(HEADER_REWRITE);
    expect(code).toBe(0);
    expect(report).toMatchObject({
      loads: true,
      refusals: [],
      size_bytes: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      abi_version: "0.2.1",
      bodies: { request: false, response: false },
      imports: { wasi: [], unknown: [], refused: [] },
    });
    expect(report["callbacks"]).toMatchObject({
      called: expect.arrayContaining(["proxy_on_configure", "proxy_on_request_headers", "proxy_on_memory_allocate"]),
    });
    expect(report["imports"]).toMatchObject({
      host: expect.arrayContaining(["env.abort", "env.proxy_get_header_map_value", "env.proxy_send_local_response"]),
    });
  });

  test("says the same in lines, the verdict last", async () => {
    const { code, stdout } = await folder.spooky("filter", "inspect", HEADER_REWRITE);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^abi +0\.2\.1$/m);
    expect(stdout).toMatch(/^looks at bodies +no$/m);
    expect(stdout).toMatch(/^memory +64 KiB at start, no maximum of its own$/m);
    expect(stdout).toMatch(/^sha256 +[0-9a-f]{64}$/m);
    expect(stdout).toEndWith("header-rewrite.wasm: would load\n");
  });

  test("tells functions of the host, of WASI and unknown ones apart, and callbacks that are never called", async () => {
    const { code, report } = await inspect(
      folder.write(
        "mixed.wasm",
        textModule(`(module
          (import "env" "proxy_log" (func (param i32 i32 i32) (result i32)))
          (import "env" "proxy_open_door" (func (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "sock_accept" (func (param i32) (result i32)))
          (memory (export "memory") 2 4)
          (table 3 7 funcref)
          ${ABI}
          (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) (i32.const 0))
          (func (export "proxy_on_response_trailers") (param i32 i32) (result i32) (i32.const 0))
          (func (export "proxy_on_queue_ready") (param i32 i32)))`),
      ),
    );
    expect(code).toBe(0);
    expect(report).toMatchObject({
      imports: {
        host: ["env.proxy_log"],
        wasi: ["wasi_snapshot_preview1.fd_write"],
        unknown: ["env.proxy_open_door", "wasi_snapshot_preview1.sock_accept"],
        refused: [],
      },
      callbacks: {
        called: ["proxy_on_request_headers", "proxy_on_response_trailers"],
        ignored: ["proxy_on_queue_ready"],
      },
      bodies: { request: false, response: true },
      memories: [{ initial_bytes: 131_072, maximum_bytes: 262_144, shared: false }],
      tables: [{ initial: 3, maximum: 7 }],
    });
  });

  test("gives the reason of every step that refuses a module", async () => {
    const path = folder.write(
      "refused.wasm",
      textModule(`(module
        (import "browser" "alert" (func))
        (memory (export "memory") 4096)
        ${ABI})`),
    );
    const { code, report } = await inspect(path);
    expect(code).toBe(1);
    const codes = (report["refusals"] as { code: string }[]).map((refusal) => refusal.code);
    expect(codes).toEqual(["SPK_MODULE_MEMORY_EXCEEDED", "SPK_MODULE_IMPORT_REFUSED"]);
    expect(report).toMatchObject({ loads: false, imports: { refused: ["browser.alert"], unknown: [] } });
    const { stdout } = await folder.spooky("filter", "inspect", path);
    expect(stdout).toContain("SPK_MODULE_IMPORT_REFUSED: ");
    expect(stdout).toEndWith("refused.wasm: would be refused\n");
  });

  test("refuses a module that is cut off, and a file that is none", async () => {
    const cut = await inspect(folder.write("cut.wasm", readFileSync(HEADER_REWRITE).subarray(0, 9000)));
    expect(cut.code).toBe(1);
    expect(cut.report["refusals"]).toMatchObject([{ code: "SPK_MODULE_INVALID" }]);
    const text = await inspect(folder.write("text.wasm", new TextEncoder().encode("no module")));
    expect([text.code, "abi_version" in text.report]).toEqual([1, false]);
    expect(text.report["refusals"]).toMatchObject([{ code: "SPK_MODULE_INVALID" }]);
  });

  test("refuses code that only the engine finds wrong", async () => {
    const bytes = textModule(`(module (memory (export "memory") 1) ${ABI} (func (result i32) (i32.const 77)))`);
    // The constant becomes one of another type, of the same length.
    const at = bytes.findLastIndex((byte, index) => byte === 0x41 && bytes[index + 2] === 0x00);
    const { code, report } = await inspect(folder.write("mistyped.wasm", bytes.with(at, 0x42)));
    expect([code, report["abi_version"]]).toEqual([1, "0.2.1"]);
    expect(report["refusals"]).toMatchObject([{ code: "SPK_MODULE_INVALID" }]);
  });

  test("tells of a file that is not there, and of wrong usage", async () => {
    const none = await folder.spooky("filter", "inspect", "none.wasm");
    expect([none.code, none.stderr.includes("SPK_MODULE_MISSING")]).toEqual([1, true]);
    const wrong = await folder.spooky("filter", "inspect", HEADER_REWRITE, "--format", "xml");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/^error SPK_CLI_USAGE: .*usage: spooky filter inspect FILE/);
  });
});
