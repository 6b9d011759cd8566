import { describe, expect, test } from "bun:test";
import { meteredModule } from "../../../test/support/metered-module.ts";
import { textModule } from "../../../test/support/text-module.ts";
import {
  body,
  customSection,
  END,
  FUNCREF,
  functionType,
  I32,
  list,
  moduleOf,
  moduleWithCode,
  name,
  section,
  u32,
  vector,
} from "../../../test/support/wasm-bytes.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import { instrument, MODULE_MAX_BYTES, type InstrumentOptions } from "./instrument.ts";

const OPTIONS: InstrumentOptions = { memoryMaxBytes: 64 * 65536 };

function failureOf(bytes: Uint8Array, options: InstrumentOptions = OPTIONS): SpookyError {
  try {
    instrument(bytes, options);
  } catch (error) {
    if (error instanceof SpookyError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

function runOf(bytes: Uint8Array, ...parameters: readonly unknown[]): unknown {
  return meteredModule(bytes).call("run", 1_000, ...parameters);
}

describe("instrument keeps what a module does with", () => {
  const modules: readonly (readonly [feature: string, text: string, result: unknown])[] = [
    ["sign extension", `(func (export "run") (result i32) (i32.extend8_s (i32.const 255)))`, -1],
    ["saturating conversions", `(func (export "run") (result i32) (i32.trunc_sat_f64_s (f64.const 1e20)))`, 2147483647],
    [
      "bulk memory",
      `(memory 1) (data $d "\\2a\\2b") (func (export "run") (result i32)
         (memory.init $d (i32.const 8) (i32.const 0) (i32.const 2)) (data.drop $d)
         (memory.copy (i32.const 16) (i32.const 8) (i32.const 2)) (memory.fill (i32.const 17) (i32.const 1) (i32.const 1))
         (i32.load16_u (i32.const 16)))`,
      0x012a,
    ],
    [
      "reference types",
      `(table $a 2 4 funcref) (table $b 2 4 externref) (elem $e func $f)
         (func $f (result i32) (i32.const 9)) (type $t (func (result i32)))
         (func (export "run") (result i32)
           (table.init $a $e (i32.const 1) (i32.const 0) (i32.const 1)) (elem.drop $e)
           (table.copy $a $a (i32.const 0) (i32.const 1) (i32.const 1))
           (table.set $a (i32.const 1) (ref.null func))
           (drop (table.grow $b (ref.null extern) (i32.const 1)))
           (table.fill $b (i32.const 0) (ref.null extern) (i32.const 1))
           (i32.add (call_indirect $a (type $t) (i32.const 0))
             (i32.add (table.size $b) (ref.is_null (table.get $a (i32.const 1))))))`,
      13,
    ],
    [
      "SIMD",
      `(memory 1) (func (export "run") (result i32) (local $v v128)
         (local.set $v (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31 (v128.const i32x4 1 2 3 4) (v128.const i32x4 5 6 7 8)))
         (v128.store8_lane 3 (i32.const 0) (i32x4.replace_lane 0 (local.get $v) (i32.const 0x07000000)))
         (i32.load8_u (i32.const 0)))`,
      7,
    ],
    [
      "relaxed SIMD",
      `(func (export "run") (result i32) (i32x4.extract_lane 0
         (i32x4.relaxed_trunc_f32x4_s (v128.const f32x4 3.5 0 0 0))))`,
      3,
    ],
    [
      "wide arithmetic",
      `(func (export "run") (result i32)
         (i64.mul_wide_u (i64.const -1) (i64.const 3)) (drop) (i32.wrap_i64))`,
      -3,
    ],
    [
      "multiple values",
      `(func $two (result i32 i32) (i32.const 3) (i32.const 4))
       (func (export "run") (result i32) (call $two) (block (param i32 i32) (result i32) (i32.mul)))`,
      12,
    ],
    [
      "atomics",
      `(memory 1 2 shared) (func (export "run") (result i32)
         (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 5))) (atomic.fence)
         (drop (memory.atomic.notify (i32.const 4) (i32.const 1))) (i32.atomic.load (i32.const 4)))`,
      5,
    ],
    [
      "exceptions (legacy)",
      `(tag $t (param i32)) (func (export "run") (result i32)
         (try (result i32) (do (try (result i32) (do (throw $t (i32.const 6))) (delegate 0))) (catch $t)))`,
      6,
    ],
    [
      "exceptions (try_table)",
      `(tag $t (param i32)) (func (export "run") (result i32)
         (block $h (result i32) (try_table (catch $t $h) (throw $t (i32.const 6))) (i32.const 0)))`,
      6,
    ],
    [
      "thrown references",
      `(tag $t) (func (export "run") (result i32)
         (block $o (block $h (result exnref) (try_table (catch_all $o)
           (throw_ref (block $i (result exnref) (try_table (catch_all_ref $i) (throw $t)) (unreachable))))
           (unreachable)) (drop)) (i32.const 8))`,
      8,
    ],
    [
      "tail calls",
      `(func $sum (param i32 i32) (result i32) (if (result i32) (local.get 0)
         (then (return_call $sum (i32.sub (local.get 0) (i32.const 1)) (i32.add (local.get 1) (i32.const 2))))
         (else (local.get 1))))
       (func (export "run") (result i32) (call $sum (i32.const 100000) (i32.const 0)))`,
      200_000,
    ],
    [
      "several memories",
      `(memory $a 1) (memory $b 1) (func (export "run") (result i32)
         (i32.store $b (i32.const 0) (i32.const 77)) (memory.copy $a $b (i32.const 4) (i32.const 0) (i32.const 4))
         (i32.load $a (i32.const 4)))`,
      77,
    ],
    [
      "extended constants",
      `(memory 1) (global $g i32 (i32.add (i32.const 40) (i32.mul (i32.const 1) (i32.const 2))))
       (func (export "run") (result i32) (global.get $g))`,
      42,
    ],
    [
      "typed function references",
      `(type $t (func (result i32))) (elem declare func $f) (func $f (result i32) (i32.const 4))
       (func (export "run") (result i32) (local $r (ref null $t)) (local.set $r (ref.func $f))
         (block $none (return (call_ref $t (br_on_null $none (local.get $r)))))
         (call_ref $t (ref.as_non_null (local.get $r))))`,
      4,
    ],
    [
      "typed selects and branch tables",
      `(func (export "run") (result i32) (block $a (block $b (block $c (br_table $a $b $c (i32.const 1)))
         (return (i32.const 1))) (return (select (result i32) (i32.const 2) (i32.const 3) (i32.const 1)))) (i32.const 4))`,
      2,
    ],
  ];

  test.each(modules)("%s", (_feature, text, result) => {
    const bytes = textModule(`(module ${text})`);
    expect(WebAssembly.validate(bytes)).toBe(true);
    expect(runOf(bytes)).toBe(result);
  });

  test("every kind of element segment", () => {
    const offset = (at: number): number[] => [0x41, at, END];
    const reference = (index: number): number[] => [0xd2, index, END];
    const one = (index: number): readonly number[] => vector([[index]]);
    const oneExpression = (index: number): readonly number[] => vector([reference(index)]);
    const bytes = moduleOf(
      list(1, functionType([], [I32])),
      list(2, [...name("host"), ...name("f"), 0, 0]),
      list(3, [0], [0], [0]),
      list(4, [FUNCREF, 0, 20]),
      list(7, [...name("run"), 0, 1]),
      list(
        9,
        [0, ...offset(0), ...one(0)],
        [1, 0, ...one(2)],
        [2, 0, ...offset(1), 0, ...one(3)],
        [3, 0, ...one(2)],
        [4, ...offset(2), ...oneExpression(0)],
        [5, FUNCREF, ...oneExpression(3)],
        [6, 0, ...offset(3), FUNCREF, ...oneExpression(2)],
        [7, FUNCREF, ...oneExpression(3)],
      ),
      list(
        10,
        // Calls what segments 0, 2, 4, 6 put there, then what 1 and 5 put there now.
        body([
          ...[0xfc, 12, 1, 0].flatMap((byte, index) => (index === 0 ? [0x41, 4, 0x41, 0, 0x41, 1, byte] : [byte])),
          ...[0xfc, 12, 5, 0].flatMap((byte, index) => (index === 0 ? [0x41, 5, 0x41, 0, 0x41, 1, byte] : [byte])),
          ...[0x41, 0],
          ...[0, 1, 2, 3, 4, 5].flatMap((slot) => [0x41, 10, 0x6c, 0x41, slot, 0x11, 0, 0, 0x6a]),
          END,
        ]),
        body([0x41, 2, END]),
        body([0x41, 3, END]),
      ),
    );
    expect(WebAssembly.validate(bytes)).toBe(true);
    // Functions 0 (the host's), 3, 0, 2, 2, 3.
    expect(meteredModule(bytes, { host: { f: () => 1 } }).call("run", 1_000)).toBe(131223);
  });

  test("exports of imported functions, tables, memories and globals", () => {
    const text = `(module (import "host" "twice" (func $twice (param i32) (result i32))) (export "run" (func $twice))
      (memory (export "memory") 1) (table (export "table") 2 funcref) (elem (i32.const 1) $twice)
      (global (export "global") (mut i32) (i32.const 3)))`;
    const { instance, call } = meteredModule(textModule(text), { host: { twice: (value: number) => value * 2 } });
    expect(call("run", 100, 21)).toBe(42);
    expect(
      Object.keys(instance.exports)
        .filter((each) => !each.startsWith("__meter_"))
        .sort(),
    ).toEqual(["global", "memory", "run", "table"]);
    expect(instance.exports["global"]).toMatchObject({ value: 3 });
  });

  test("no sections at all, or hardly any", () => {
    for (const bytes of [
      moduleOf(),
      moduleOf(customSection("name", [])),
      moduleOf(list(1)),
      moduleOf(list(1), list(3), list(10)),
      moduleOf(list(5, [0, 1])),
      moduleOf(list(3), list(7), list(11)),
      moduleOf(section(12, [0]), list(11)),
      moduleOf(list(1, functionType([], [])), list(13, [0, 0])),
      moduleOf(list(6, [I32, 0, 0x41, 0, END])),
      moduleOf(list(2, [...name("m"), ...name("g"), 3, I32, 0], [...name("m"), ...name("t"), 1, FUNCREF, 0, 1])),
    ]) {
      expect(WebAssembly.validate(bytes)).toBe(true);
      expect(WebAssembly.validate(instrument(bytes, OPTIONS))).toBe(true);
    }
  });

  test("numbers that are longer than they need be", () => {
    const code = [0x41, 0x85, 0x80, 0x80, 0x80, 0x00, 0x1a, 0x10, ...u32(0, 5)];
    const bytes = moduleOf(
      [1, ...u32(4 + 4, 5), ...u32(1, 5), 0x60, 0, 0],
      list(3, u32(0, 4), u32(0, 3)),
      list(7, [...name("run"), 0, ...u32(1, 5)]),
      list(10, body([END]), body([...code, END])),
    );
    expect(WebAssembly.validate(bytes)).toBe(true);
    expect(runOf(bytes)).toBeUndefined();
  });

  test("custom sections, but for those that hold places in the code", () => {
    const titles = ["producers", ".debug_line", "metadata.code.branch_hint", "sourceMappingURL", "name", "linking"];
    const bytes = moduleOf(...titles.map((title) => customSection(title, title === "name" ? [] : [1, 2, 3])));
    const module = new WebAssembly.Module(instrument(bytes, OPTIONS));
    const kept = titles.filter((title) => WebAssembly.Module.customSections(module, title).length > 0);
    expect(kept).toEqual(["producers", "name"]);
    expect(new Uint8Array(WebAssembly.Module.customSections(module, "producers")[0] ?? [])).toEqual(
      new Uint8Array([1, 2, 3]),
    );
  });

  test("bodies whose size needs another byte once it is metered", () => {
    // From 100 to 140 bytes, and some calls of an import, the change crosses from one to two bytes of size.
    for (let size = 60; size < 140; size++) {
      const code = [...Array.from({ length: size }, () => 0x01), 0x10, 0, 0x03, 0x40, END];
      const bytes = moduleOf(
        list(1, functionType([], [])),
        list(2, [...name("host"), ...name("f"), 0, 0]),
        list(3, [0]),
        list(7, [...name("run"), 0, 1]),
        list(10, body([...code, END])),
      );
      let calls = 0;
      meteredModule(bytes, { host: { f: () => calls++ } }).call("run", 100);
      expect(calls).toBe(1);
    }
  });
});

describe("instrument caps memory", () => {
  const growing = `(module (memory (export "memory") 1) (func (export "run") (param i32) (result i32) (memory.grow (local.get 0))))`;

  test("at the last whole page below the cap", () => {
    const guest = meteredModule(textModule(growing), {}, { memoryMaxBytes: 4 * 65536 + 65535 });
    expect(guest.call("run", 100, 3)).toBe(1);
    expect(guest.call("run", 100, 1)).toBe(-1);
    expect(guest.call("run", 100, 0)).toBe(4);
  });

  test("at the module's own maximum when that is lower", () => {
    const guest = meteredModule(textModule(growing.replace(`"memory") 1`, `"memory") 1 2`)), {}, OPTIONS);
    expect(guest.call("run", 100, 2)).toBe(-1);
    expect(guest.call("run", 100, 1)).toBe(1);
  });

  test("at four gigabytes when the cap is higher than memories can be", () => {
    const bytes = instrument(textModule(growing), { memoryMaxBytes: 2 ** 40 });
    expect(WebAssembly.validate(bytes)).toBe(true);
  });

  test("of all its memories together", () => {
    const text = `(module (memory $a 1) (memory $b 2) (func (export "run") (param i32) (result i32)
      (i32.add (memory.grow $a (local.get 0)) (memory.grow $b (local.get 0)))))`;
    const guest = meteredModule(textModule(text), {}, { memoryMaxBytes: 8 * 65536 });
    // Five pages are left: two for each.
    expect(guest.call("run", 100, 2)).toBe(3);
    expect(guest.call("run", 100, 1)).toBe(-2);
  });

  test("of a memory that it imports", () => {
    const text = `(module (import "host" "memory" (memory 1)) (func (export "run") (param i32) (result i32) (memory.grow (local.get 0))))`;
    const module = new WebAssembly.Module(instrument(textModule(text), { memoryMaxBytes: 4 * 65536 }));
    const instantiate = (descriptor: Bun.WebAssembly.MemoryDescriptor): unknown =>
      new WebAssembly.Instance(module, { host: { memory: new WebAssembly.Memory(descriptor) } });
    expect(() => instantiate({ initial: 1 })).toThrow(WebAssembly.LinkError);
    expect(() => instantiate({ initial: 1, maximum: 5 })).toThrow(WebAssembly.LinkError);
    expect(instantiate({ initial: 1, maximum: 4 })).toBeInstanceOf(WebAssembly.Instance);
  });

  test("and refuses a module that starts with more", () => {
    const failure = failureOf(textModule(`(module (memory 3))`), { memoryMaxBytes: 2 * 65536 });
    expect(failure.code).toBe("SPK_MODULE_MEMORY_EXCEEDED");
    expect(failure.detail).toBe("3 pages of 64 KiB at start, where 2 are allowed");
    const two = textModule(`(module (memory 2) (memory 1))`);
    expect(failureOf(two, { memoryMaxBytes: 2 * 65536 }).code).toBe("SPK_MODULE_MEMORY_EXCEEDED");
    expect(instrument(two, { memoryMaxBytes: 3 * 65536 }).length).toBeGreaterThan(two.length);
  });
});

describe("instrument caps tables", () => {
  const growing = `(module (table 10 funcref) (func (export "run") (param i32) (result i32) (table.grow (ref.null func) (local.get 0))))`;

  test("so that they cannot grow past it", () => {
    const guest = meteredModule(textModule(growing), {}, { ...OPTIONS, tableMaxElements: 12 });
    expect(guest.call("run", 100, 3)).toBe(-1);
    expect(guest.call("run", 100, 2)).toBe(10);
  });

  test("and refuses a module that starts with more", () => {
    const failure = failureOf(textModule(growing), { ...OPTIONS, tableMaxElements: 9 });
    expect(failure.code).toBe("SPK_MODULE_MEMORY_EXCEEDED");
    expect(failure.detail).toBe("10 table elements at start, where 9 are allowed");
  });
});

describe("instrument refuses", () => {
  const unsupported: readonly (readonly [title: string, bytes: Uint8Array, detail: string])[] = [
    ["GC instructions", moduleWithCode([0xfb, 0, 0, 0x1a]), "GC opcode 0xfb00 struct.new is not supported"],
    ["GC instructions past the known", moduleWithCode([0xfb, 99]), "GC opcode 0xfb63 is not supported"],
    ["ref.eq", moduleWithCode([0xd3]), "GC opcode 0xd3 ref.eq is not supported"],
    ["bulk opcodes that mean nothing", moduleWithCode([0xfc, 18]), "unknown opcode 0xfc12 is not supported"],
    ["stack switching", moduleWithCode([0xe2, 0]), "stack switching opcode 0xe2 suspend is not supported"],
    ["opcodes that mean nothing", moduleWithCode([0x27]), "unknown opcode 0x27 is not supported"],
    [
      "vector opcodes that mean nothing",
      moduleWithCode([0xfd, ...u32(0x9a)]),
      "unknown opcode 0xfd9a is not supported",
    ],
    ["struct types", moduleOf(list(1, [0x5f, 0])), "GC type definition 0x5f is not supported"],
    ["recursive types", moduleOf(list(1, [0x4e, 0])), "GC type definition 0x4e is not supported"],
    ["GC references", moduleOf(list(1, functionType([0x6e], []))), "GC type any is not supported"],
    ["64-bit memories", moduleOf(list(5, [4, 1])), "64-bit memory is not supported"],
    ["custom page sizes", moduleOf(list(5, [8, 1, 0])), "custom page sizes are not supported"],
    ["shared tables", moduleOf(list(4, [FUNCREF, 3, 1, 1])), "shared tables are not supported"],
    [
      "tables with an initial value",
      moduleOf(list(4, [0x40, 0, FUNCREF, 0, 1, 0xd0, FUNCREF, END])),
      "tables with an initial value are not supported",
    ],
    ["sections it does not know", moduleOf([99, 0]), "section 99 is not known"],
    ["string literals", moduleOf([14, 0]), "string literals (section 14) are not supported"],
    ["imports of a kind it does not know", moduleOf(list(2, [0, 0, 7, 0])), "import kind 7 is not known"],
    [
      "components",
      new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]),
      "components are not supported, only core modules",
    ],
    ["other versions", new Uint8Array([0, 0x61, 0x73, 0x6d, 2, 0, 0, 0]), "binary version 2 is not supported"],
    [
      "exports named as its own",
      moduleOf(list(5, [0, 1]), list(7, [...name("__meter_table"), 2, 0])),
      "an export may not be named __meter_table",
    ],
    [
      "waiting on shared memory, which takes no fuel",
      textModule(
        `(module (memory 1 1 shared) (func (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))))`,
      ),
      "memory.atomic.wait on a shared memory may never return",
    ],
  ];

  test.each(unsupported)("%s", (_title, bytes, detail) => {
    const failure = failureOf(bytes);
    expect({ code: failure.code, detail: failure.detail }).toEqual({ code: "SPK_MODULE_UNSUPPORTED", detail });
  });

  test("waiting only where it would wait", () => {
    const text = `(module (memory 1) (func (export "run") (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))))`;
    expect(() => runOf(textModule(text))).toThrow(WebAssembly.RuntimeError);
  });

  const invalid: readonly (readonly [title: string, bytes: Uint8Array, detail: RegExp])[] = [
    ["nothing", new Uint8Array(), /does not start as/],
    ["what is no module", new TextEncoder().encode("(module)"), /does not start as/],
    ["a section that ends too early", moduleOf([1, 5, 0]), /unexpected end, at byte 10/],
    ["a section twice", moduleOf(list(1), list(1)), /section 1 is out of order or there twice/],
    ["sections out of order", moduleOf(list(3), list(1)), /section 1 is out of order/],
    ["more entries than there can be", moduleOf(section(1, u32(0xffffffff))), /4294967295 types do not fit/],
    ["less than it says", moduleOf(section(1, [1, 0x60, 0, 0, 0])), /section 1 is longer than its content/],
    ["a number that is too long", moduleOf(section(1, [0x80, 0x80, 0x80, 0x80, 0x80, 0])), /integer is too long/],
    ["a number that is too large", moduleOf(section(1, [0xff, 0xff, 0xff, 0xff, 0x1f])), /integer is too large/],
    ["names that are not UTF-8", moduleOf(list(2, [1, 0xff, 0, 2, 0, 1])), /name is not UTF-8/],
    ["functions without code", moduleOf(list(1, functionType([], [])), list(3, [0])), /code section does not match/],
    ["code without functions", moduleOf(list(10, body([END]))), /code section does not match/],
    ["a memory above four gigabytes", moduleOf(list(5, [0, ...u32(65537)])), /memory cannot have 65537 pages/],
    ["a maximum below the initial size", moduleOf(list(5, [1, 2, 1])), /maximum is below/],
    ["shared memory without a maximum", moduleOf(list(5, [2, 1])), /no maximum/],
    ["code that ends in an instruction", moduleWithCode([0xfd, 12, 1, 2, 3]), /unexpected end/],
    ["a branch table without end", moduleWithCode([0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f]), /labels do not fit/],
    ["a block of an unknown type", moduleWithCode([0x02, 5, END]), /unknown block type/],
    ["a start function that is not there", moduleOf(section(8, [0])), /no function 0/],
  ];

  test.each(invalid)("%s", (_title, bytes, detail) => {
    const failure = failureOf(bytes);
    expect(failure.code).toBe("SPK_MODULE_INVALID");
    expect(failure.detail).toMatch(detail);
    expect(WebAssembly.validate(bytes)).toBe(false);
  });

  test("start functions of a wrong type, by the engine", () => {
    for (const type of [functionType([I32], []), functionType([], [I32])]) {
      const bytes = moduleOf(list(1, type), list(3, [0]), section(8, [0]), list(10, body([0x00, END])));
      expect(WebAssembly.validate(bytes)).toBe(false);
      expect(WebAssembly.validate(instrument(bytes, OPTIONS))).toBe(false);
    }
  });

  test("modules that are too large, before and after", () => {
    expect(failureOf(new Uint8Array(MODULE_MAX_BYTES + 1)).code).toBe("SPK_MODULE_TOO_LARGE");
    // Loops of three bytes each grow to eight times that.
    const loops = Array.from({ length: 400_000 }, () => [0x03, 0x40, END]).flat();
    const bytes = moduleWithCode(loops);
    expect(WebAssembly.validate(bytes)).toBe(true);
    const failure = failureOf(bytes);
    expect(failure.code).toBe("SPK_MODULE_TOO_LARGE");
    expect(failure.detail).toMatch(/once it is metered/);
  });
});
