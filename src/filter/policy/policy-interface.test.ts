import { describe, expect, test } from "bun:test";
import { SpookyError } from "../../errors/spooky-error.ts";
import { createBalancer } from "./balancer.ts";
import { compilePolicy } from "./load-policy-module.ts";
import { createRouter } from "./router.ts";

/** A function of a module made here: its name, how many i32 parameters, and the i32 it gives. */
type Made = readonly [name: string, parameterCount: number, result: number];

const BALANCER: readonly Made[] = [
  ["spooky_policy_abi", 0, 1],
  ["spooky_balance_init", 2, 1024],
  ["spooky_balance_pick", 2, 0],
];

function text(value: string): number[] {
  const bytes = [...Buffer.from(value)];
  return [bytes.length, ...bytes];
}

function section(id: number, entries: readonly (readonly number[])[]): number[] {
  const body = [entries.length, ...entries.flat()];
  return entries.length === 0 ? [] : [id, (body.length & 0x7f) | 0x80, body.length >> 7, ...body];
}

/** A module with one page of memory, some imports of functions without parameters, and some functions. */
function makeModule(
  imports: readonly (readonly [string, string])[],
  functions: readonly Made[],
  memory = "memory",
): Uint8Array {
  const i32s = (count: number): number[] => [count, ...new Array<number>(count).fill(0x7f)];
  const types = functions.map(([, count]) => [0x60, ...i32s(count), ...i32s(1)]);
  const exported = functions.map(([name], index) => [...text(name), 0, imports.length + index]);
  // No locals; the result as a constant of two bytes in LEB128; end.
  const bodies = functions.map(([, , result]) => [5, 0, 0x41, (result & 0x7f) | 0x80, (result >> 7) & 0x7f, 0x0b]);
  return new Uint8Array([
    ...Buffer.from("\0asm\x01\0\0\0", "latin1"),
    ...section(1, [...types, [0x60, 0, 0]]),
    ...section(
      2,
      imports.map(([from, name]) => [...text(from), ...text(name), 0, functions.length]),
    ),
    ...section(
      3,
      functions.map((_, index) => [index]),
    ),
    ...section(5, [[0, 1]]),
    ...section(7, [...exported, [...text(memory), 2, 0]]),
    ...section(10, bodies),
  ]);
}

function refusal(bytes: Uint8Array, create: (module: WebAssembly.Module) => unknown = balancerOf): string {
  try {
    create(compilePolicy(bytes, "made"));
  } catch (error) {
    if (error instanceof SpookyError) return `${error.code} ${error.detail}`;
    throw error;
  }
  return "";
}

function balancerOf(module: WebAssembly.Module): unknown {
  return createBalancer(module, [{ id: "a", weight: 1 }]);
}

function replaced(made: Made): Made[] {
  return BALANCER.map((one) => (one[0] === made[0] ? made : one));
}

test("a module of any origin that speaks the ABI is taken", () => {
  expect(refusal(makeModule([], BALANCER))).toBe("");
  expect(
    refusal(
      makeModule(
        [
          ["env", "abort"],
          ["env", "seed"],
        ],
        BALANCER,
      ),
    ),
  ).toBe("");
});

describe("a module is refused by name", () => {
  test.each([
    ["env", "trace"],
    ["env", "memory_base"],
    ["wasi_snapshot_preview1", "random_get"],
    ["", "abort"],
    ["Date", "now"],
  ])("when it asks for %s.%s", (from, name) => {
    expect(refusal(makeModule([[from, name]], BALANCER))).toBe(`SPK_MODULE_IMPORT_REFUSED function ${from}.${name}`);
  });

  test.each(BALANCER.map(([name]) => name))("when it lacks %s", (name) => {
    expect(
      refusal(
        makeModule(
          [],
          BALANCER.filter((made) => made[0] !== name),
        ),
      ),
    ).toBe(`SPK_MODULE_ABI_WRONG it does not export the function ${name}`);
  });

  test("when it is the wrong kind of policy", () => {
    expect(refusal(makeModule([], BALANCER), (module) => createRouter(module, []))).toContain("spooky_route_buffer");
  });

  test("when it does not export its memory", () => {
    expect(refusal(makeModule([], BALANCER, "mem"))).toContain("memory");
  });

  test("when a function has other parameters", () => {
    expect(refusal(makeModule([], replaced(["spooky_balance_pick", 3, 0])))).toBe(
      "SPK_MODULE_ABI_WRONG spooky_balance_pick has 3 parameters, not 2",
    );
  });

  test("when it speaks another version", () => {
    expect(refusal(makeModule([], replaced(["spooky_policy_abi", 0, 2])))).toContain("version 2");
  });

  test.each([0, -1, -64, 3])("when its table lies at %p", (address) => {
    expect(refusal(makeModule([], replaced(["spooky_balance_init", 2, address])))).toContain(
      "SPK_MODULE_CONFIG_REFUSED",
    );
  });

  test("when the name of an export would reach for the host's own objects", () => {
    const bytes = makeModule([], [...BALANCER, ["constructor#get:polluted", 0, 1]]);
    expect(refusal(bytes)).toContain("SPK_MODULE_ABI_WRONG");
    expect("polluted" in {}).toBe(false);
  });
});
