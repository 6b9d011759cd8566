/** How much fuel each thing takes, to the unit. */
import { describe, expect, test } from "bun:test";
import { textModule } from "../../../test/support/text-module.ts";
import { instrument } from "./instrument.ts";
import { CHARGE_EXPORT, HOOK_TABLE_EXPORT } from "./meter-code.ts";

const GRANT = 20_000;
const TRAMPOLINE = new WebAssembly.Module(
  textModule(`(module (import "m" "h" (func $h (result i32))) (export "h" (func $h)))`),
);

/** Fuel that one call of the export `run` takes, without the one for entering it, which is the first of all. */
function fuelOf(text: string): number {
  const bytes = instrument(textModule(`(module ${text})`), { memoryMaxBytes: 16 * 65536 });
  const host = { f: (): number => 1 };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { host });
  const [run, charge, table] = [exports["run"], exports[CHARGE_EXPORT], exports[HOOK_TABLE_EXPORT]];
  if (typeof run !== "function" || typeof charge !== "function") throw new Error("no exports");
  if (!(table instanceof WebAssembly.Table)) throw new Error("no table");
  let refillCount = 0;
  const h = (): number => {
    refillCount++;
    return GRANT;
  };
  table.set(0, new WebAssembly.Instance(TRAMPOLINE, { m: { h } }).exports["h"]);
  run();
  expect(refillCount).toBe(1);
  let left = -1;
  for (; refillCount === 1; left++) charge(1);
  return GRANT - left;
}

describe("fuel", () => {
  const costs: readonly (readonly [what: string, text: string, fuel: number])[] = [
    ["nothing, for code that goes straight on", `(func (export "run") (local i32) (local.set 0 (i32.const 3)))`, 0],
    ["one, for each function entered", `(func $a (call $b) (call $b)) (func $b) (func (export "run") (call $a))`, 3],
    [
      "one, for each round of a loop",
      `(func (export "run") (local i32)
         (loop $l (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 10)))))`,
      10,
    ],
    [
      "256, for each call of the host, direct or not",
      `(type $t (func (result i32))) (import "host" "f" (func $f (type $t))) (table 1 funcref) (elem (i32.const 0) $f)
       (func (export "run") (drop (call $f)) (drop (call_indirect (type $t) (i32.const 0))))`,
      512,
    ],
    [
      "one, for each 64 bytes of memory filled",
      `(memory 1) (func (export "run") (memory.fill (i32.const 0) (i32.const 1) (i32.const 6400)))`,
      100,
    ],
    [
      "one, for each 64 bytes of memory copied",
      `(memory 1) (func (export "run") (memory.copy (i32.const 0) (i32.const 1) (i32.const 6463)))`,
      100,
    ],
    [
      "one, for each 64 bytes of memory initialised",
      `(memory 1) (data $d "${"x".repeat(128)}")
       (func (export "run") (memory.init $d (i32.const 0) (i32.const 0) (i32.const 128)))`,
      2,
    ],
    [
      "one, for each element filled, copied, initialised or added",
      `(table 1000 2000 funcref) (elem $e func $f $f $f) (func $f) (func (export "run")
         (table.fill (i32.const 0) (ref.null func) (i32.const 500))
         (table.copy (i32.const 0) (i32.const 1) (i32.const 70))
         (table.init $e (i32.const 0) (i32.const 0) (i32.const 3))
         (drop (table.grow (ref.null func) (i32.const 1000))))`,
      1573,
    ],
    [
      "2,048, for each growth of memory",
      `(memory 1) (func (export "run") (drop (memory.grow (i32.const 1))) (drop (memory.grow (i32.const 0))))`,
      4096,
    ],
  ];

  test.each(costs)("is %s", (_what, text, fuel) => {
    expect(fuelOf(text)).toBe(fuel);
  });
});
