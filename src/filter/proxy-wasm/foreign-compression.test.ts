import { expect, test } from "bun:test";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { compress, uncompress } from "./foreign-compression.ts";

const MIB = 1 << 20;

test("a text is compressed to the bytes that Envoy's zlib gives", () => {
  const compressed = compress(new TextEncoder().encode("hello world!"));
  expect(Buffer.from(compressed ?? []).toString("hex")).toBe("789ccb48cdc9c95728cf2fca495104001e89047e");
});

test("what was compressed comes back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), (content) => {
      expect(Buffer.from(uncompress(compress(content) ?? new Uint8Array(0)) ?? [0])).toEqual(Buffer.from(content));
    }),
  );
});

test("more than 1 MiB is neither taken nor made", () => {
  expect(compress(new Uint8Array(MIB))).toBeDefined();
  expect(compress(new Uint8Array(MIB + 1))).toBeUndefined();
  expect(uncompress(deflateSync(new Uint8Array(MIB)))).toHaveLength(MIB);
  expect(uncompress(deflateSync(new Uint8Array(MIB + 1)))).toBeUndefined();
});

test("bytes that are no zlib stream, or only its beginning, are refused", () => {
  expect(uncompress(new Uint8Array(0))).toBeUndefined();
  expect(uncompress(new TextEncoder().encode("hello world!"))).toBeUndefined();
  expect(uncompress(deflateSync(new Uint8Array(100)).subarray(0, 8))).toBeUndefined();
});
