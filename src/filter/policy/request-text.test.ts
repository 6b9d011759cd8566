import { expect, test } from "bun:test";
import fc from "fast-check";
import { PATH_SLACK_BYTES, writeHost, writePath } from "./request-text.ts";

function pathBytes(path: string, maxBytes: number): string {
  const target = new Uint8Array(maxBytes + PATH_SLACK_BYTES + 40).fill(0x3f);
  return Buffer.from(target.subarray(0, writePath(target, path, maxBytes))).toString("latin1");
}

/** A text of several sorts of characters, long enough for both ways of writing. */
const text = fc.array(fc.constantFrom("/", "a", "?", "\u00e9", "\u20ac", "\u{1f600}", "abcdefgh"), { maxLength: 60 });

test("a path is written in UTF-8 up to its query, and no further than asked", () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 200 }), (parts, maxBytes) => {
      const path = parts.join("");
      const expected = Buffer.from(path.split("?")[0] ?? "", "utf8").toString("latin1");
      const written = pathBytes(path, maxBytes);
      expect(expected.startsWith(written)).toBe(true);
      // A character that does not fit is left out whole, but only beyond what was asked for.
      expect(written.length).toBe(Math.min(expected.length, maxBytes));
    }),
    { numRuns: 2000 },
  );
});

test("a host is written in lower case, without port, last dot and brackets", () => {
  const target = new Uint8Array(64);
  const host = (authority: string): string =>
    Buffer.from(target.subarray(7, 7 + writeHost(target, 7, authority))).toString();
  expect(host("ExAmple.COM:8443")).toBe("example.com");
  expect(host("example.com.")).toBe("example.com");
  expect(host("[2001:DB8::1]:443")).toBe("2001:db8::1");
  expect(host("[::1")).toBe("::1");
  expect(host("@[`{")).toBe("@[`{");
  expect(host("\u00c9x.com:1")).toBe("\u00e9x.com");
  expect(host("")).toBe("");
});

test("a host without room is not written", () => {
  const target = new Uint8Array(10);
  expect(writeHost(target, 2, "12345678")).toBe(8);
  expect(writeHost(target, 3, "12345678")).toBe(-1);
  expect(writeHost(target, 3, "12345678:1")).toBe(-1);
  expect(writeHost(target, 3, "\u20ac\u20ac\u20ac")).toBe(-1);
  expect(target[9]).toBe("8".charCodeAt(0));
});
