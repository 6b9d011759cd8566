/** What the meter must not change: anything. Programs at random run as they are and metered, and are compared. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { PROGRAM_FUNCTIONS, PROGRAM_GAS, randomProgram } from "../../../test/support/random-program.ts";
import { instrument } from "./instrument.ts";
import { createMeter } from "./meter.ts";

const PARAMETERS: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, -1],
  [7, 1234567],
];

interface Outcome {
  /** Of each call: the result, or what was thrown. */
  readonly results: readonly string[];
  /** What the host was called with. */
  readonly hostCalls: readonly number[];
  readonly memoryHash: string;
  readonly memoryBytes: number;
  readonly gas: unknown;
  readonly value: unknown;
}

function outcomeOf(bytes: Uint8Array, isMetered: boolean): Outcome {
  const hostCalls: number[] = [];
  const host = {
    f: (value: number): number => {
      hostCalls.push(value);
      return value ^ hostCalls.length;
    },
  };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { host });
  const meter = createMeter();
  if (isMetered) meter.attach(instance);
  const { memory, gas, value } = instance.exports;
  if (!(memory instanceof WebAssembly.Memory) || !(gas instanceof WebAssembly.Global)) throw new Error("no exports");
  const results: string[] = [];
  for (const name of PROGRAM_FUNCTIONS) {
    const exported = instance.exports[name];
    if (typeof exported !== "function") throw new Error(`no export ${name}`);
    for (const [a, b] of PARAMETERS) {
      gas.value = PROGRAM_GAS;
      meter.begin(10_000);
      try {
        results.push(String(exported(a, b)));
      } catch (error) {
        results.push(error instanceof Error ? `${error.name}: ${error.message.replace(/ \(evaluating.*/, "")}` : "?");
      } finally {
        meter.end();
      }
    }
  }
  return {
    results,
    hostCalls,
    memoryHash: Bun.hash(new Uint8Array(memory.buffer)).toString(16),
    memoryBytes: memory.buffer.byteLength,
    gas: gas.value,
    value: value instanceof WebAssembly.Global ? value.value : undefined,
  };
}

describe("a metered program", () => {
  test("gives what the program gives: results, traps, memory, globals and host calls", () => {
    const seen = { results: 0, traps: 0, hostCalls: 0, usedGas: 0 };
    fc.assert(
      fc.property(randomProgram, (bytes) => {
        expect(WebAssembly.validate(bytes)).toBe(true);
        const plain = outcomeOf(bytes, false);
        expect(outcomeOf(instrument(bytes, { memoryMaxBytes: 3 * 65536 }), true)).toEqual(plain);
        const trapCount = plain.results.filter((result) => result.includes("Error")).length;
        seen.traps += trapCount;
        seen.results += plain.results.length - trapCount;
        seen.hostCalls += plain.hostCalls.length;
        seen.usedGas += plain.gas === PROGRAM_GAS - 1 ? 0 : 1;
      }),
      { numRuns: 300 },
    );
    // The programs must be worth comparing.
    expect(seen.results).toBeGreaterThan(500);
    expect(seen.traps).toBeGreaterThan(200);
    expect(seen.hostCalls).toBeGreaterThan(100);
    expect(seen.usedGas).toBeGreaterThan(50);
  }, 60_000);

  test("has the same bytes each time it is made", () => {
    fc.assert(
      fc.property(randomProgram, (bytes) => {
        const options = { memoryMaxBytes: 3 * 65536 };
        const copy = bytes.slice();
        expect(instrument(bytes, options)).toEqual(instrument(bytes, options));
        expect(bytes).toEqual(copy);
      }),
      { numRuns: 20 },
    );
  });
});
