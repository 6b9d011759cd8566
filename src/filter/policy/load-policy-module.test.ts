import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SpookyError } from "../../errors/spooky-error.ts";
import { loadPolicyModule, type PolicySource } from "./load-policy-module.ts";
import { DEFAULT_POLICY_LIMITS } from "./policy-limits.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "spooky-policy-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function codeOf(source: PolicySource, memoryMaxBytes: number = DEFAULT_POLICY_LIMITS.memoryMaxBytes): string {
  try {
    loadPolicyModule(source, { ...DEFAULT_POLICY_LIMITS, memoryMaxBytes });
  } catch (error) {
    if (error instanceof SpookyError) return error.code;
    throw error;
  }
  return "";
}

test("built-in modules are found wherever the program was started", () => {
  const before = process.cwd();
  process.chdir(folder);
  try {
    for (const builtin of ["router", "round-robin", "random", "least-connections"]) {
      const names = WebAssembly.Module.exports(loadPolicyModule({ builtin })).map(({ name }) => name);
      expect(names).toContain("spooky_policy_abi");
      expect(names.some((name) => name.startsWith("__meter_"))).toBe(true);
    }
  } finally {
    process.chdir(before);
  }
});

test("built-in modules ask for nothing but a way to abort", () => {
  for (const builtin of ["router", "round-robin", "random", "least-connections"]) {
    for (const { module, name } of WebAssembly.Module.imports(loadPolicyModule({ builtin }))) {
      expect(`${module}.${name}`).toBe("env.abort");
    }
  }
});

test.each(["nothing-such", "../wasm/router", "/etc/passwd", "", "router.wasm"])(
  "%p is no built-in module",
  (builtin) => {
    expect(codeOf({ builtin })).toBe("SPK_MODULE_MISSING");
  },
);

test("a file is told to be missing, unreadable or no module", async () => {
  const file = join(folder, "x.wasm");
  expect(codeOf({ file })).toBe("SPK_MODULE_MISSING");
  expect(codeOf({ file: folder })).toBe("SPK_MODULE_UNREADABLE");
  await writeFile(file, "not a module");
  expect(codeOf({ file })).toBe("SPK_MODULE_INVALID");
});

test("a module that starts with more memory than it may have is refused", () => {
  // The memory of the built-in modules begins with one page.
  expect(codeOf({ builtin: "router" }, 65536)).toBe("");
  expect(codeOf({ builtin: "router" }, 65535)).toBe("SPK_MODULE_MEMORY_EXCEEDED");
});
