/** Bytes that are no module, or nearly one: they end in an error of the catalogue, or the engine judges as it would have. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { randomProgram } from "../../../test/support/random-program.ts";
import { textModule } from "../../../test/support/text-module.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import { instrument } from "./instrument.ts";
import { inspectModule } from "./inspect-module.ts";

const OPTIONS = { memoryMaxBytes: 16 * 65536, tableMaxElements: 1_000 };

/** A bit of everything, in 500 bytes. */
const RICH: Uint8Array = textModule(`(module
  (type $t (func (param i32) (result i32)))
  (import "host" "f" (func $f (type $t))) (import "host" "g" (global $ig i32))
  (memory $m 1 4) (data (i32.const 0) "abc") (data $d "def")
  (table $a 4 funcref) (table $b 1 5 externref)
  (elem (i32.const 0) $f $one) (elem $e funcref (ref.func $one) (ref.null func)) (elem declare func $f)
  (tag $x (param i32))
  (global $g (mut i32) (i32.const 3)) (global $h i64 (i64.const -5)) (global $k funcref (ref.func $f))
  (func $one (export "one") (type $t) (local i64 f32 f64 v128)
    (loop $l (br_if $l (i32.eqz (local.tee 0 (i32.add (local.get 0) (i32.const 1))))))
    (local.set 4 (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (local.get 4) (v128.const i64x2 1 2)))
    (local.set 2 (f32.const 1.5)) (local.set 3 (f64.const 2.5)) (local.set 1 (i64.const 0x7fffffffffff))
    (block $o (block $i (br_table $o $i $o (local.get 0))))
    (call_indirect $a (type $t) (call $f (i32.load offset=8 (local.get 0))) (i32.const 1)))
  (func $two (export "two") (result i32)
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 2)) (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))
    (table.copy $a $a (i32.const 0) (i32.const 0) (i32.const 1)) (drop (table.grow $b (ref.null extern) (i32.const 1)))
    (drop (memory.grow (i32.const 1))) (global.set $g (select (result i32) (i32.const 1) (i32.const 2) (global.get $ig)))
    (block $c (result i32) (try_table (catch $x $c) (throw $x (i32.const 1))) (i32.const 0)))
  (func $start (drop (i32.trunc_sat_f32_s (f32.const 1)))) (start $start))`);

/** What becomes of the bytes: the code of an error, or the engine's verdict before and after. */
function fateOf(bytes: Uint8Array): { error: string } | { before: boolean; after: boolean } {
  let rewritten: Uint8Array;
  try {
    rewritten = instrument(bytes, OPTIONS);
  } catch (error) {
    if (!(error instanceof SpookyError)) throw error;
    return { error: error.code };
  }
  return { before: WebAssembly.validate(bytes), after: WebAssembly.validate(rewritten) };
}

function inspects(bytes: Uint8Array): boolean {
  try {
    inspectModule(bytes);
    return true;
  } catch (error) {
    if (error instanceof SpookyError) return false;
    throw error;
  }
}

interface Edit {
  readonly at: number;
  readonly byte: number;
  readonly how: "set" | "flip" | "insert" | "remove" | "stretch";
}

const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({
    at: fc.nat(),
    byte: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 0x0b, 0x7f, 0x80, 0xff)),
    how: fc.constantFrom("set", "flip", "insert", "remove", "stretch"),
  }),
  { minLength: 1, maxLength: 3 },
);

function edited(bytes: Uint8Array, all: readonly Edit[]): Uint8Array {
  const result = [...bytes];
  for (const { at, byte, how } of all) {
    // The header stays: without it, nothing else is read.
    const index = 8 + (at % Math.max(result.length - 8, 1));
    const old = result[index] ?? 0;
    if (how === "set") result[index] = byte;
    else if (how === "flip") result[index] = old ^ (1 << (byte & 7));
    else if (how === "insert") result.splice(index, 0, byte);
    else if (how === "remove") result.splice(index, 1);
    else result.splice(index, 1, old | 0x80, byte & 1 ? 0x00 : 0x80);
  }
  return new Uint8Array(result);
}

function assertFate(bytes: Uint8Array): void {
  const fate = fateOf(bytes);
  if ("error" in fate) {
    expect(fate.error).toMatch(/^SPK_MODULE_(INVALID|UNSUPPORTED|MEMORY_EXCEEDED|TOO_LARGE)$/);
    // What is called invalid is so to the engine.
    if (fate.error === "SPK_MODULE_INVALID") expect(WebAssembly.validate(bytes)).toBe(false);
  } else {
    expect(fate.after).toBe(fate.before);
  }
}

describe("bytes that are", () => {
  test("cut short anywhere are refused, or are a module still", () => {
    expect(WebAssembly.validate(RICH)).toBe(true);
    expect(fateOf(RICH)).toEqual({ before: true, after: true });
    let errors = 0;
    for (let length = 0; length < RICH.length; length++) {
      const cut = RICH.subarray(0, length);
      assertFate(cut);
      if ("error" in fateOf(cut)) errors++;
      inspects(cut);
    }
    // Where a section ends, what comes before is well-formed.
    expect(errors).toBeGreaterThan(RICH.length - 20);
  });

  test("changed in any one byte, to values that mean most, are judged alike", () => {
    for (let at = 8; at < RICH.length; at++) {
      for (const byte of [0x00, 0x01, 0x40, 0x7f, 0x80, 0xff]) {
        const changed = RICH.slice();
        changed[at] = byte;
        assertFate(changed);
      }
    }
  });

  test("changed in several places are judged alike", () => {
    const fates = { errors: 0, valid: 0, invalid: 0 };
    fc.assert(
      fc.property(edits, (all) => {
        const bytes = edited(RICH, all);
        assertFate(bytes);
        const fate = fateOf(bytes);
        fates["error" in fate ? "errors" : fate.before ? "valid" : "invalid"]++;
      }),
      { numRuns: 10_000 },
    );
    // The changes must reach all three, or little was tried.
    expect(Math.min(fates.errors, fates.valid, fates.invalid)).toBeGreaterThan(100);
  });

  test("random programs, changed, are judged alike", () => {
    fc.assert(
      fc.property(randomProgram, edits, (bytes, all) => assertFate(edited(bytes, all))),
      { numRuns: 1_000 },
    );
  });

  test("random from the header on are refused, or are a module", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => {
        const bytes = new Uint8Array([...RICH.subarray(0, 8), ...tail]);
        assertFate(bytes);
        inspects(bytes);
      }),
      { numRuns: 2_000 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), assertFate), { numRuns: 1_000 });
  });

  test("a view of a larger buffer are read within the view only", () => {
    const surrounding = new Uint8Array(RICH.length + 64).fill(0x0b);
    surrounding.set(RICH, 32);
    const view = surrounding.subarray(32, 32 + RICH.length);
    expect(instrument(view, OPTIONS)).toEqual(instrument(RICH, OPTIONS));
    expect(fateOf(surrounding.subarray(32, 31 + RICH.length))).toHaveProperty("error");
  });

  test("inspected are told to be a module whenever the engine takes them", () => {
    fc.assert(
      fc.property(edits, (all) => {
        const bytes = edited(RICH, all);
        if (WebAssembly.validate(bytes)) expect(inspects(bytes)).toBe(!isRefusedByName(bytes));
      }),
      { numRuns: 1_000 },
    );
  });
});

function isRefusedByName(bytes: Uint8Array): boolean {
  try {
    inspectModule(bytes);
    return false;
  } catch (error) {
    return error instanceof SpookyError && error.code === "SPK_MODULE_UNSUPPORTED";
  }
}
