import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { u32 } from "../../../test/support/wasm-bytes.ts";
import { ByteCursor } from "./byte-cursor.ts";
import { ByteWriter } from "./byte-writer.ts";

describe("ByteWriter", () => {
  test("writes what a cursor reads", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 0xffffffff })), (values) => {
        const writer = new ByteWriter(1, 1 << 20);
        for (const value of values) writer.u32(value);
        expect([...writer.finish()]).toEqual(values.flatMap((value) => [...u32(value)]));
        const cursor = new ByteCursor(writer.finish());
        expect(values.map(() => cursor.u32())).toEqual(values);
      }),
    );
  });

  test("copies ranges of any length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), fc.nat(), (source, a, b) => {
        const [start = 0, end = 0] = [a % (source.length + 1), b % (source.length + 1)].sort((x, y) => x - y);
        const writer = new ByteWriter(4, 1 << 20);
        writer.byte(7);
        writer.range(source, start, end);
        expect([...writer.finish()]).toEqual([7, ...source.subarray(start, end)]);
      }),
    );
  });

  test("puts the size before content, whatever size was expected", () => {
    fc.assert(
      fc.property(fc.nat({ max: 20_000 }), fc.nat({ max: 20_000 }), (size, expected) => {
        const content = new Uint8Array(size).map((_, index) => index * 7);
        const writer = new ByteWriter(16, 1 << 20);
        writer.byte(1);
        const start = writer.openSize(expected);
        writer.append(content);
        writer.closeSize(start, expected);
        writer.byte(2);
        expect(Buffer.from([1, ...u32(size), ...content, 2]).equals(writer.finish())).toBe(true);
      }),
    );
  });

  test("does not grow past its maximum", () => {
    const writer = new ByteWriter(2, 10);
    writer.append(new Uint8Array(10));
    expect(() => writer.byte(1)).toThrow("rewritten, it is larger than 10 bytes");
    expect(() => new ByteWriter(2, 10).append(new Uint8Array(11))).toThrow("larger than 10 bytes");
  });
});
