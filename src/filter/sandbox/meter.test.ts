import { describe, expect, test } from "bun:test";
import { meteredModule, type MeteredModule } from "../../../test/support/metered-module.ts";
import { textModule } from "../../../test/support/text-module.ts";
import { DeadlineExceeded } from "./deadline-exceeded.ts";
import { instrument } from "./instrument.ts";
import { createMeter } from "./meter.ts";

const DEADLINE_MS = 40;
/** What a deadline may be missed by: nothing of it is the meter's, most is another process on the same core. */
const SLACK_MS = 200;

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

function elapsedMs(action: () => unknown): number {
  const startedAt = performance.now();
  action();
  return performance.now() - startedAt;
}

function metered(text: string, imports: Bun.WebAssembly.Imports = {}): MeteredModule {
  return meteredModule(textModule(text), imports);
}

describe("a guest that never returns is stopped when it", () => {
  const runaways: readonly (readonly [title: string, text: string])[] = [
    ["loops", `(func (export "run") (loop $l (br $l)))`],
    ["loops with parameters", `(func (export "run") (drop (i32.const 7) (loop $l (param i32) (result i32) (br $l))))`],
    ["loops by a branch table", `(func (export "run") (loop $l (br_table $l $l $l (i32.const 1))))`],
    ["loops between two loops", `(func (export "run") (loop $a (loop $b (br_if $a (i32.const 1)) (br $b))))`],
    [
      "recurses twice",
      `(func $f (export "run") (param i32) (result i32) (local i32)
       (if (i32.gt_u (local.get 0) (i32.const 60)) (then (return (i32.const 1))))
       (i32.add (call $f (i32.add (local.get 0) (i32.const 1))) (call $f (i32.add (local.get 0) (i32.const 1)))))`,
    ],
    ["calls itself last", `(func $f (export "run") (return_call $f))`],
    [
      "calls itself last through a table",
      `(type $t (func)) (table 1 funcref) (elem (i32.const 0) $f)
       (func $f (export "run") (return_call_indirect (type $t) (i32.const 0)))`,
    ],
    [
      "calls itself last by reference",
      `(type $t (func)) (elem declare func $f)
       (func $f (export "run") (return_call_ref $t (ref.func $f)))`,
    ],
    ["loops in a catch", `(tag $t) (func (export "run") (try (do (throw $t)) (catch $t (loop $l (br $l)))))`],
    ["catches everything (legacy)", `(func (export "run") (loop $o (try (do (loop $l (br $l))) (catch_all)) (br $o)))`],
    [
      "catches everything (try_table)",
      `(func (export "run")
       (loop $o (block $h (try_table (catch_all $h) (loop $l (br $l)))) (br $o)))`,
    ],
    [
      "catches everything and recurses",
      `(func $f (export "run")
       (try (do (loop $l (br $l))) (catch_all (call $f))) (call $f))`,
    ],
    [
      "throws round and round",
      `(tag $t) (func (export "run")
       (loop $o (block $h (try_table (catch $t $h) (throw $t))) (br $o)))`,
    ],
    [
      "fills memory",
      `(memory 16) (func (export "run")
       (loop $l (memory.fill (i32.const 0) (i32.const 1) (i32.const 1048576)) (br $l)))`,
    ],
    [
      "copies memory",
      `(memory 16) (func (export "run")
       (loop $l (memory.copy (i32.const 0) (i32.const 1) (i32.const 1048575)) (br $l)))`,
    ],
    [
      "fills a table",
      `(table 100000 funcref) (func (export "run")
       (loop $l (table.fill (i32.const 0) (ref.null func) (i32.const 100000)) (br $l)))`,
    ],
    ["grows memory", `(memory 1) (func (export "run") (loop $l (drop (memory.grow (i32.const 0))) (br $l)))`],
  ];

  test.each(runaways)("%s", (_title, text) => {
    const guest = metered(`(module ${text})`);
    let error: unknown;
    const tookMs = elapsedMs(() => (error = errorOf(() => guest.call("run", DEADLINE_MS, 0))));
    expect(error).toBeInstanceOf(DeadlineExceeded);
    expect(error).toMatchObject({ deadlineMs: DEADLINE_MS, message: `ran longer than ${DEADLINE_MS} ms` });
    expect(tookMs).toBeGreaterThanOrEqual(DEADLINE_MS - 1);
    expect(tookMs).toBeLessThan(DEADLINE_MS + SLACK_MS);
  });

  test("recurses without end, by the engine's own limit", () => {
    const guest = metered(`(module (func $f (export "run") (call $f) (call $f)))`);
    expect(errorOf(() => guest.call("run", 2_000))).toBeInstanceOf(RangeError);
  });

  test("has the host work, however it calls it", () => {
    const busyMs = 0.05;
    const work = (): void => {
      const until = performance.now() + busyMs;
      while (performance.now() < until);
    };
    const guest = metered(
      `(module (type $t (func)) (import "host" "work" (func $work)) (table 1 funcref) (elem (i32.const 0) $work)
         (elem declare func $work)
         (func (export "direct") (loop $l (call $work) (br $l)))
         (func (export "indirect") (loop $l (call_indirect (type $t) (i32.const 0)) (br $l)))
         (func (export "reference") (loop $l (call_ref $t (ref.func $work)) (br $l))))`,
      { host: { work } },
    );
    for (const name of ["direct", "indirect", "reference"]) {
      // A quantum is 390 host calls, 20 ms here; charged as instructions they would be 5 s.
      const tookMs = elapsedMs(() => expect(() => guest.call(name, DEADLINE_MS)).toThrow(DeadlineExceeded));
      expect(tookMs).toBeLessThan(DEADLINE_MS + SLACK_MS);
    }
  });

  test("starts", () => {
    const text = `(module (func $s (loop $l (br $l))) (start $s))`;
    const tookMs = elapsedMs(() => expect(() => metered(text)).toThrow(DeadlineExceeded));
    expect(tookMs).toBeLessThan(50 + SLACK_MS);
  });
});

describe("attach", () => {
  test("runs the start function once, with the imports it may call", () => {
    const calls: number[] = [];
    const text = `(module (import "host" "note" (func $note (param i32))) (global $g (export "g") (mut i32) (i32.const 5))
      (func $s (call $note (global.get $g)) (global.set $g (i32.const 6))) (start $s))`;
    const guest = metered(text, { host: { note: (value: number) => calls.push(value) } });
    expect(calls).toEqual([5]);
    expect(guest.instance.exports["g"]).toMatchObject({ value: 6 });
  });

  test("runs a start function that is an import", () => {
    let count = 0;
    metered(`(module (import "host" "s" (func $s)) (start $s))`, { host: { s: () => count++ } });
    expect(count).toBe(1);
  });

  test("refuses an instance that was not instrumented", () => {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(textModule(`(module (func (export "run")))`)));
    expect(() => createMeter().attach(instance)).toThrow(TypeError);
  });

  test("goes from one instance to the next", () => {
    const bytes = instrument(textModule(`(module (func (export "run") (loop $l (br $l))))`), { memoryMaxBytes: 0 });
    const module = new WebAssembly.Module(bytes);
    const meter = createMeter();
    for (let round = 0; round < 3; round++) {
      const instance = new WebAssembly.Instance(module);
      meter.attach(instance);
      const run = instance.exports["run"];
      if (typeof run !== "function") throw new Error("no export");
      meter.begin(5);
      expect(() => run()).toThrow(DeadlineExceeded);
      meter.end();
    }
  });
});

describe("begin and end", () => {
  const spin = `(module (import "host" "back" (func $back))
    (func (export "spin") (loop $l (br $l)))
    (func (export "outer") (loop $l (call $back) (br $l)))
    (func (export "count") (param $n i32) (result i32) (local $i i32)
      (loop $l (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $l (i32.lt_u (local.get $i) (local.get $n))))
      (local.get $i)))`;

  test("hold the outermost deadline when calls nest", () => {
    let inner = 0;
    const guest: MeteredModule = metered(spin, {
      host: {
        back: () => {
          inner++;
          guest.call("count", 60_000, 1_000);
        },
      },
    });
    const tookMs = elapsedMs(() => expect(() => guest.call("outer", DEADLINE_MS)).toThrow(DeadlineExceeded));
    expect(tookMs).toBeLessThan(DEADLINE_MS + SLACK_MS);
    expect(inner).toBeGreaterThan(1);
  });

  test("stop the guest again when the host swallows what was thrown", () => {
    let swallowed = 0;
    const guest: MeteredModule = metered(spin, {
      host: {
        back: () => {
          try {
            guest.call("spin", 60_000);
          } catch {
            swallowed++;
          }
        },
      },
    });
    expect(() => guest.call("outer", DEADLINE_MS)).toThrow(DeadlineExceeded);
    expect(swallowed).toBe(1);
  });

  test("give each call its whole deadline", () => {
    const guest = metered(spin, { host: { back: () => {} } });
    for (let round = 0; round < 3; round++) {
      const tookMs = elapsedMs(() => expect(() => guest.call("spin", 20)).toThrow(DeadlineExceeded));
      expect(tookMs).toBeGreaterThanOrEqual(19);
      expect(guest.call("count", 1_000, 500_000)).toBe(500_000);
    }
  });

  test("let many short calls go on for longer than one deadline", () => {
    const guest = metered(spin, { host: { back: () => {} } });
    const until = performance.now() + 60;
    let calls = 0;
    for (; performance.now() < until; calls++) guest.call("count", 10, 1_000);
    expect(calls).toBeGreaterThan(100);
  });

  test("must stand around every call that takes fuel", () => {
    const guest = metered(spin, { host: { back: () => {} } });
    const run = guest.instance.exports["spin"];
    if (typeof run !== "function") throw new Error("no export");
    expect(() => run()).toThrow("outside of begin and end");
  });
});

describe("charge", () => {
  test("counts the host's work against the deadline", () => {
    let charged = 0;
    const guest: MeteredModule = metered(
      `(module (import "host" "work" (func $work)) (func (export "run") (loop $l (call $work) (br $l))))`,
      {
        host: {
          work: () => {
            charged++;
            const until = performance.now() + 10;
            while (performance.now() < until);
            guest.meter.charge(3_000_000);
          },
        },
      },
    );
    expect(() => guest.call("run", 50)).toThrow(DeadlineExceeded);
    // Without the charge the clock would be read after 390 calls.
    expect(charged).toBeLessThan(20);
  });

  test("needs an instance", () => {
    expect(() => createMeter().charge(1)).toThrow(TypeError);
  });
});
