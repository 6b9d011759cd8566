import { describe, expect, test } from "bun:test";
import { findRepositoryFiles } from "../../../test/support/repository-files.ts";
import { textModule } from "../../../test/support/text-module.ts";
import { customSection, list, moduleOf, name } from "../../../test/support/wasm-bytes.ts";
import { inspectModule } from "./inspect-module.ts";

describe("inspectModule", () => {
  test("tells imports, exports and what is asked for", () => {
    const summary = inspectModule(
      textModule(`(module
        (import "env" "log" (func $log (param i32 i64) (result f64)))
        (import "env" "memory" (memory 2 8)) (import "env" "tag" (tag (param f32)))
        (import "env" "table" (table 3 externref)) (import "env" "global" (global (mut v128)))
        (memory 1) (table 5 9 funcref) (global i32 (i32.const 1)) (data (i32.const 0) "abcd")
        (func (export "run") (param externref) (result i32 funcref) (i32.const 1) (ref.null func))
        (export "log" (func $log)) (export "memory" (memory 0))
        (func $start) (start $start))`),
    );
    expect(summary).toMatchObject({
      imports: [
        { module: "env", name: "log", kind: "function", type: { parameters: ["i32", "i64"], results: ["f64"] } },
        // The assembler's order, not that of the text.
        { module: "env", name: "global", kind: "global" },
        { module: "env", name: "tag", kind: "tag" },
        { module: "env", name: "memory", kind: "memory", type: undefined },
        { module: "env", name: "table", kind: "table" },
      ],
      memories: [
        { initialBytes: 131072, maximumBytes: 524288, isShared: false },
        { initialBytes: 65536, maximumBytes: undefined, isShared: false },
      ],
      tables: [
        { initial: 3, maximum: undefined },
        { initial: 5, maximum: 9 },
      ],
      functionCount: 2,
      globalCount: 2,
      hasStartFunction: true,
    });
    expect(summary.exports.find((each) => each.name === "run")).toEqual({
      name: "run",
      kind: "function",
      type: { parameters: ["externref"], results: ["i32", "funcref"] },
    });
    expect(summary.exports.find((each) => each.name === "log")?.type?.results).toEqual(["f64"]);
    expect(summary.codeBytes).toBeGreaterThan(8);
    expect(summary.dataBytes).toBeGreaterThan(4);
  });

  test("names custom sections in file order", () => {
    const bytes = moduleOf(customSection("b", [1]), list(5, [0, 1]), customSection("a", []), customSection("b", []));
    expect(inspectModule(bytes)).toMatchObject({
      customSections: ["b", "a", "b"],
      hasStartFunction: false,
      imports: [],
    });
  });

  test("refuses what is no module", () => {
    expect(() => inspectModule(new Uint8Array([1, 2, 3]))).toThrow(/does not start as/);
    expect(() => inspectModule(moduleOf(list(7, [...name("f"), 0, 0])))).toThrow(/there is no function 0/);
    expect(() => inspectModule(moduleOf(list(7, [...name("f"), 9, 0])))).toThrow(/export kind 9 is not known/);
  });

  test("agrees with the engine on the modules that come with the program", async () => {
    const paths = findRepositoryFiles("wasm/*.wasm");
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) {
      const bytes = await Bun.file(new URL(`../../../${path}`, import.meta.url)).bytes();
      const module = new WebAssembly.Module(bytes);
      const { imports, exports } = inspectModule(bytes);
      const plain = (each: { name: string; kind: string }): object => ({ name: each.name, kind: each.kind });
      expect(exports.map(plain)).toEqual(WebAssembly.Module.exports(module).map(plain));
      expect(imports.map(plain)).toEqual(WebAssembly.Module.imports(module).map(plain));
    }
  });
});
