import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isFieldName, isFieldValue, isToken, trimWhitespace } from "./header-syntax.ts";

const anyString = fc.string({ unit: "binary", maxLength: 12 });
const byteString = fc
  .array(fc.integer({ min: 0, max: 0x120 }), { maxLength: 8 })
  .map((codes) => String.fromCharCode(...codes));

describe("isToken", () => {
  test("agrees with the grammar of RFC 9110 §5.6.2", () => {
    fc.assert(
      fc.property(fc.oneof(anyString, byteString), (text) => {
        expect(isToken(text)).toBe(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text));
      }),
    );
    for (let code = 0; code < 0x200; code++) {
      const char = String.fromCharCode(code);
      expect(isToken(`a${char}`)).toBe(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]$/.test(char));
    }
  });
});

describe("isFieldName", () => {
  test("takes every token character but upper-case letters", () => {
    for (let code = 0; code < 0x200; code++) {
      const char = String.fromCharCode(code);
      expect(isFieldName(`x${char}`)).toBe(/^[!#$%&'*+\-.^_`|~0-9a-z]$/.test(char));
    }
    expect(isFieldName("")).toBe(false);
    expect(isFieldName(":method")).toBe(false);
  });
});

describe("isFieldValue", () => {
  test("refuses every control but HTAB, DEL, and what is no byte", () => {
    for (let code = 0; code < 0x200; code++) {
      const isAllowed = code === 9 || (code >= 0x20 && code !== 0x7f && code <= 0xff);
      expect(isFieldValue(`a${String.fromCharCode(code)}b`)).toBe(isAllowed);
    }
    expect(isFieldValue("\u{1f600}")).toBe(false);
  });

  test("refuses white space at either end and takes the empty value", () => {
    for (const value of [" a", "a ", "\ta", "a\t", " ", "\t"]) expect(isFieldValue(value)).toBe(false);
    expect(isFieldValue("")).toBe(true);
    expect(isFieldValue("a b\tc")).toBe(true);
  });

  test("agrees with the grammar of RFC 9110 §5.5", () => {
    fc.assert(
      fc.property(fc.oneof(anyString, byteString), (text) => {
        expect(isFieldValue(text)).toBe(
          /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/.test(text),
        );
      }),
    );
  });
});

describe("trimWhitespace", () => {
  test("takes off SP and HTAB, not other white space", () => {
    expect(trimWhitespace(" \t a b \t")).toBe("a b");
    expect(trimWhitespace("\na\u00a0")).toBe("\na\u00a0");
    expect(trimWhitespace("  ")).toBe("");
  });
});
