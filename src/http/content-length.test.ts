import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { canonicalContentLength, parseContentLength } from "./content-length.ts";

describe("parseContentLength", () => {
  test("reads what was written, for every length", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999_999 }), (length) => {
        expect(parseContentLength(String(length))).toBe(length);
      }),
    );
  });

  test("refuses everything else", () => {
    const wrong = [
      "",
      "+1",
      "-1",
      " 1",
      "1 ",
      "1,1",
      "1, 1",
      "0x10",
      "1e3",
      "1.0",
      "١",
      "1_000",
      "9".repeat(16),
      "Infinity",
    ];
    for (const value of wrong) expect(parseContentLength(value)).toBe(-1);
  });
});

describe("canonicalContentLength", () => {
  test("drops leading zeros and leaves the rest", () => {
    expect(canonicalContentLength("007", 7)).toBe("7");
    expect(canonicalContentLength("00", 0)).toBe("0");
    expect(canonicalContentLength("0", 0)).toBe("0");
    expect(canonicalContentLength("10", 10)).toBe("10");
  });
});
