import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { GuestMemory } from "./guest-memory.ts";
import { pairsSize, readPairs, writePairs } from "./header-pairs.ts";

const raw = new WebAssembly.Memory({ initial: 1 });
const memory = new GuestMemory();
memory.attach(raw, undefined);
const bytes = new Uint8Array(raw.buffer);

function read(content: readonly number[]): string[] | undefined {
  bytes.set(content, 64);
  return readPairs(memory, 64, content.length);
}

describe("header pairs", () => {
  test("are written as the ABI has them", () => {
    const fields = ["a", "bc"];
    expect(pairsSize(fields)).toBe(17);
    writePairs(memory, 64, fields);
    expect([...bytes.subarray(64, 81)]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0x61, 0, 0x62, 0x63, 0]);
  });

  test("are read back as they were written", () => {
    const byteString = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(fc.array(fc.tuple(byteString, byteString), { maxLength: 20 }), (pairs) => {
        const fields = pairs.flat();
        writePairs(memory, 64, fields);
        expect(readPairs(memory, 64, pairsSize(fields))).toEqual(fields);
      }),
    );
  });

  test("are empty when there is nothing, or only a zero", () => {
    expect(pairsSize([])).toBe(0);
    expect(read([])).toEqual([]);
    expect(read([0])).toEqual([]);
    expect(read([0, 0, 0, 0])).toEqual([]);
  });

  test.each([
    ["end early", [1, 0, 0]],
    ["lack their lengths", [1, 0, 0, 0, 1, 0]],
    ["lack a zero", [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0x61, 1, 0x62, 0]],
    ["have bytes after their end", [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0x61, 0, 0x62, 0, 0]],
    ["say that they are longer than they are", [1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0x61, 0, 0x62, 0]],
    ["are too many", [0xff, 0xff, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]],
  ])("are refused when they %s", (_name, content) => {
    expect(read(content)).toBeUndefined();
  });

  test("never read past their range, whatever is in it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 0, max: 3 }), (content, count) => {
        const framed = [count, 0, 0, 0, ...content];
        const fields = read(framed);
        if (fields !== undefined) expect(pairsSize(fields) || 4).toBe(framed.length);
      }),
    );
  });
});
