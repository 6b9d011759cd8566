import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { checkRequestHead } from "../../http/head-check.ts";
import { HeaderList } from "../../http/header-list.ts";
import { needsHeadCheck, toHeaderName, toHeaderValue, toWritableName } from "./header-text.ts";

describe("what guests pass as names and values", () => {
  test("becomes lower case", () => {
    expect(toHeaderName("X-Forwarded-For")).toBe("x-forwarded-for");
    expect(toHeaderName(":PATH")).toBe(":path");
  });

  test.each(["", " x", "x y", "x:", "x\r\n", ":protocol", "ü", "x\0"])("is no name: %p", (name) => {
    expect(toHeaderName(name)).toBeUndefined();
  });

  test.each(["connection", "Keep-Alive", "transfer-encoding", "upgrade", "proxy-connection"])(
    "can be read and not written: %s",
    (name) => {
      expect(toHeaderName(name)).toBe(name.toLowerCase());
      expect(toWritableName(name)).toBeUndefined();
    },
  );

  test("loses white space at its ends when it is a value, and is none with control characters", () => {
    expect(toHeaderValue(" a b\t")).toBe("a b");
    expect(toHeaderValue("a\r\nb")).toBeUndefined();
    expect(toHeaderValue("a\0")).toBeUndefined();
    expect(toHeaderValue("a".repeat(65_537))).toBeUndefined();
  });

  test("leaves a valid head valid when it is written without a check of the whole", () => {
    const anything = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      maxLength: 12,
    });
    const name = fc.oneof(
      anything,
      fc.constantFrom(
        "Connection",
        "te",
        "TE",
        "host",
        "content-length",
        "upgrade",
        "trailer",
        "proxy-x",
        ":path",
        "x-a",
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, anything), { maxLength: 20 }), (writes) => {
        const headers = new HeaderList(["accept", "*/*"]);
        const head = { method: "GET", scheme: "https", authority: "a.example", path: "/", headers };
        for (const [rawName, rawValue] of writes) {
          const writable = toWritableName(rawName);
          const value = toHeaderValue(rawValue);
          if (writable !== undefined && value !== undefined && !needsHeadCheck(writable))
            headers.append(writable, value);
        }
        expect(checkRequestHead(head, -1)).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });
});
