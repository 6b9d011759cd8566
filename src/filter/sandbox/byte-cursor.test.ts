import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { s32, u32 } from "../../../test/support/wasm-bytes.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import { ByteCursor } from "./byte-cursor.ts";

const cursorOver = (...bytes: number[]): ByteCursor => new ByteCursor(new Uint8Array(bytes));

/** Signed LEB128 of any length that is wanted, from a big integer. */
function signed(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && byte < 0x40) || (rest === -1n && byte >= 0x40)) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}

describe("ByteCursor", () => {
  test("reads every unsigned number, however long it is written", () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffffffff }), fc.integer({ min: 1, max: 5 }), (value, length) => {
        const bytes = u32(value, length);
        const cursor = cursorOver(...bytes, 0xff);
        expect(cursor.u32()).toBe(value);
        expect(cursor.position).toBe(bytes.length);
      }),
    );
    expect(cursorOver(...u32(0xffffffff)).u32()).toBe(0xffffffff);
  });

  test("reads every signed number of 33 bits", () => {
    const low = -(2n ** 32n);
    fc.assert(
      fc.property(fc.bigInt({ min: low, max: -low - 1n }), (value) => {
        const bytes = signed(value);
        const cursor = cursorOver(...bytes);
        expect(cursor.s33()).toBe(Number(value));
        expect(cursor.position).toBe(bytes.length);
      }),
    );
    expect(() => cursorOver(...signed(-low)).s33()).toThrow("integer is too large");
    expect(() => cursorOver(...signed(low - 1n)).s33()).toThrow("integer is too large");
  });

  test("passes over signed numbers of 32 and 64 bits, and no wider ones", () => {
    fc.assert(
      fc.property(fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (narrow, wide) => {
        const cursor = cursorOver(...s32(narrow), ...signed(wide));
        cursor.skipS32();
        expect(cursor.position).toBe(s32(narrow).length);
        cursor.skipS64();
        expect(cursor.peek()).toBe(-1);
      }),
    );
    expect(() => cursorOver(...signed(2n ** 31n)).skipS32()).toThrow("integer is too large");
    expect(() => cursorOver(...signed(-(2n ** 31n) - 1n)).skipS32()).toThrow("integer is too large");
    expect(() => cursorOver(...signed(2n ** 63n)).skipS64()).toThrow("integer is too large");
  });

  const tooLong: readonly (readonly [what: string, read: (cursor: ByteCursor) => unknown, bytes: number[]])[] = [
    ["u32", (cursor) => cursor.u32(), [0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
    ["s33", (cursor) => cursor.s33(), [0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
    ["s32", (cursor) => cursor.skipS32(), [0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
    ["s64", (cursor) => cursor.skipS64(), [...Array.from({ length: 10 }, () => 0x80), 0x00]],
  ];

  test.each(tooLong)("refuses a %s that goes on too long, or not at all", (_what, read, bytes) => {
    expect(() => read(cursorOver(...bytes))).toThrow(SpookyError);
    for (let length = 0; length < 4; length++) {
      expect(() => read(cursorOver(...bytes.slice(0, length)))).toThrow("unexpected end");
    }
  });

  test("stops at its limit, not at the end of the bytes", () => {
    const cursor = new ByteCursor(new Uint8Array([1, 2, 3, 4]), 1, 3);
    expect([cursor.byte(), cursor.peek(), cursor.u32(), cursor.peek()]).toEqual([2, 3, 3, -1]);
    expect(() => cursor.byte()).toThrow("unexpected end, at byte 3");
    expect(() => cursor.skip(1)).toThrow("unexpected end");
    cursor.skip(0);
  });

  test("refuses counts that cannot be true, and indices that are not there", () => {
    expect(cursorOver(2, 0, 0).count("things")).toBe(2);
    expect(() => cursorOver(3, 0, 0).count("things")).toThrow("3 things do not fit in the section");
    expect(() => cursorOver(2, 0, 0).count("things", 1)).toThrow("2 things, where 1 are allowed");
    expect(cursorOver(4).index(5, "thing")).toBe(4);
    expect(() => cursorOver(5).index(5, "thing")).toThrow("there is no thing 5");
  });

  test("reads names as they are, marks and all", () => {
    const text = "\u{feff}grün 👻";
    const bytes = new TextEncoder().encode(text);
    expect(cursorOver(bytes.length, ...bytes).name()).toBe(text);
    expect(() => cursorOver(2, 0xc3, 0x28).name()).toThrow("name is not UTF-8");
    expect(() => cursorOver(3, 0x61).name()).toThrow("unexpected end");
  });
});
