import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { SpookyError } from "../errors/spooky-error.ts";
import { parseLogFilter } from "./log-filter.ts";

describe("a log filter", () => {
  test.each([
    ["whisper", "trace"],
    ["haunt", "debug"],
    ["spooky", "info"],
    ["scream", "warn"],
    ["poltergeist", "error"],
    ["silence", "off"],
  ] as const)("knows %p as %p", (name, plain) => {
    expect(parseLogFilter(name).levelFor("any")).toBe(plain);
    expect(parseLogFilter(plain).levelFor("any")).toBe(plain);
    expect(parseLogFilter(`T=${name.toUpperCase()}`).levelFor("T")).toBe(plain);
  });

  test("gives a target its own level and the rest the general one", () => {
    const filter = parseLogFilter(" spooky_edge = haunt , warn ");
    expect(filter.levelFor("spooky_edge")).toBe("debug");
    expect(filter.levelFor("spooky_edge::quic::stream")).toBe("debug");
    expect(filter.levelFor("spooky_edges")).toBe("warn");
    expect(filter.levelFor("spooky")).toBe("warn");
    expect(filter.levelFor("")).toBe("warn");
  });

  test("prefers the longest target, in whatever order they stand", () => {
    for (const text of ["a=error,a::b=trace", "a::b=trace,a=error"]) {
      expect(parseLogFilter(text).levelFor("a::b::c")).toBe("trace");
      expect(parseLogFilter(text).levelFor("a::c")).toBe("error");
    }
  });

  test("takes the later of two for one target", () => {
    expect(parseLogFilter("a=error,a=trace").levelFor("a")).toBe("trace");
    expect(parseLogFilter("error,trace").levelFor("a")).toBe("trace");
  });

  test("leaves what it does not name at the given level, info by default", () => {
    expect(parseLogFilter("a=trace").levelFor("b")).toBe("info");
    expect(parseLogFilter("a=trace", "off").levelFor("b")).toBe("off");
    expect(parseLogFilter("", "error").levelFor("b")).toBe("error");
  });

  test.each(["loud", "a=loud", "a=", "=info", "a b=info", "a=b=info", "a/regex", "a:b=info"])("refuses %p", (text) => {
    expect(() => parseLogFilter(text)).toThrow(SpookyError);
  });

  test("throws nothing but the one error, whatever the text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseLogFilter(text).levelFor(text);
        } catch (error) {
          expect(error).toBeInstanceOf(SpookyError);
        }
      }),
    );
  });
});
