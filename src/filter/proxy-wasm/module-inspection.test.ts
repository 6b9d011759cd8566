import { describe, expect, test } from "bun:test";
import { SpookyError } from "../../errors/spooky-error.ts";
import { inspectFilterModule } from "./module-inspection.ts";

const MAGIC_AND_VERSION = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** A module with one page of memory that imports functions and exports empty ones. */
function moduleOf(
  exported: readonly string[],
  imported: readonly string[] = [],
  memoryName = "memory",
): WebAssembly.Module {
  const text = (value: string): number[] => [value.length, ...Buffer.from(value)];
  const list = (entries: readonly (readonly number[])[]): number[] => [entries.length, ...entries.flat()];
  const section = (id: number, content: readonly number[]): number[] => {
    const { length } = content;
    return [id, (length & 0x7f) | 0x80, length >> 7, ...content];
  };
  const imports = imported.map((name) => {
    const [from = "", field = ""] = name.split(".");
    return [...text(from), ...text(field), 0, 0];
  });
  const exports = exported.map((name, index) => [...text(name), 0, imported.length + index]);
  return new WebAssembly.Module(
    new Uint8Array([
      ...MAGIC_AND_VERSION,
      ...section(1, list([[0x60, 0, 0]])),
      ...section(2, list(imports)),
      ...section(3, list(exported.map(() => [0]))),
      ...section(5, list([[0, 1]])),
      ...section(7, list([...exports, [...text(memoryName), 2, 0]])),
      ...section(10, list(exported.map(() => [2, 0, 0x0b]))),
    ]),
  );
}

function refusal(module: WebAssembly.Module): { code: string; detail: string } {
  try {
    inspectFilterModule(module);
  } catch (error) {
    if (error instanceof SpookyError) return { code: error.code, detail: error.detail };
  }
  throw new Error("the module was accepted");
}

describe("a module's inspection", () => {
  test.each(["0.1.0", "0.2.0", "0.2.1", "0.2.100"] as const)("recognises ABI %s", (version) => {
    const module = moduleOf([`proxy_abi_version_${version.replaceAll(".", "_")}`, "proxy_on_request_headers"]);
    expect(inspectFilterModule(module).abiVersion).toBe(version);
  });

  test("lists imports of the ABI and of WASI, known and unknown", () => {
    const imports = ["env.proxy_log", "env.proxy_vendor_thing", "wasi_snapshot_preview1.fd_write", "wasi_unstable.x"];
    const module = moduleOf(["proxy_abi_version_0_2_1"], imports);
    expect(inspectFilterModule(module).imports.map(({ module: from, name }) => `${from}.${name}`)).toEqual(imports);
  });

  test("refuses a module without a version, and names a version that it does not know", () => {
    expect(refusal(moduleOf(["proxy_on_request_headers"])).code).toBe("SPK_MODULE_ABI_WRONG");
    expect(refusal(moduleOf(["proxy_abi_version_9_9_9"])).detail).toContain("proxy_abi_version_9_9_9");
  });

  test("refuses imports from anywhere else by their name", () => {
    const refused = refusal(moduleOf(["proxy_abi_version_0_2_1"], ["env.proxy_log", "host.open_file"]));
    expect(refused.code).toBe("SPK_MODULE_IMPORT_REFUSED");
    expect(refused.detail).toContain("host.open_file");
  });

  test("refuses a module that keeps its memory to itself", () => {
    expect(refusal(moduleOf(["proxy_abi_version_0_2_1"], [], "mine")).detail).toContain("memory");
  });

  test("refuses a filter for TCP connections and accepts one that is for HTTP too", () => {
    const tcp = ["proxy_abi_version_0_2_1", "proxy_on_new_connection", "proxy_on_downstream_data"];
    expect(refusal(moduleOf(tcp)).detail).toContain("TCP");
    expect(inspectFilterModule(moduleOf([...tcp, "proxy_on_request_headers"])).abiVersion).toBe("0.2.1");
  });
});
