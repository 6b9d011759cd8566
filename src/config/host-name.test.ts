import { describe, expect, test } from "bun:test";
import { isLoopbackAddress, normalizeDnsName, normalizeHostPattern, normalizeIpAddress } from "./host-name.ts";

describe("normalizeDnsName", () => {
  test.each([
    ["A.Example", "a.example"],
    ["a.example.", "a.example"],
    ["localhost", "localhost"],
    ["1a.example", "1a.example"],
    ["BÜCHER.example", "xn--bcher-kva.example"],
    [`${"a".repeat(63)}.example`, `${"a".repeat(63)}.example`],
  ])("makes %p %p", (name, normal) => {
    expect(normalizeDnsName(name)).toBe(normal);
  });

  test.each([
    "",
    ".",
    "a..b",
    "a.example..",
    "a b",
    "a_b",
    "a-.b",
    "-a",
    "a:1",
    "*.a",
    "127.0.0.1",
    "1",
    "a.1",
    "１２７.0.0.1",
    "a/b",
    "ä b",
  ])("refuses %p", (name) => {
    expect(normalizeDnsName(name)).toBeUndefined();
  });
});

describe("normalizeIpAddress", () => {
  test.each([
    ["127.0.0.1", "127.0.0.1"],
    ["::1", "::1"],
    ["[::1]", "::1"],
    ["2001:DB8:0:0::1", "2001:db8::1"],
  ])("makes %p %p", (address, normal) => {
    expect(normalizeIpAddress(address)).toBe(normal);
  });

  test.each(["", "a", "127.1", "01.0.0.1", "[127.0.0.1]", "::1%lo", "[::1", ":::"])("refuses %p", (address) => {
    expect(normalizeIpAddress(address)).toBeUndefined();
  });
});

describe("normalizeHostPattern", () => {
  test.each([
    ["*.A.example", "*.a.example"],
    ["[::1]", "::1"],
    ["a.example", "a.example"],
  ])("makes %p %p", (pattern, normal) => {
    expect(normalizeHostPattern(pattern)).toBe(normal);
  });

  test.each(["*", "*.", "**.a", "a.*", "*a.example", "*.*.a", "*.1.2.3.4", "a:80"])("refuses %p", (pattern) => {
    expect(normalizeHostPattern(pattern)).toBeUndefined();
  });
});

test("isLoopbackAddress knows loopback from the rest", () => {
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:7f00:1"])
    expect(isLoopbackAddress(address)).toBe(true);
  for (const address of ["0.0.0.0", "128.0.0.1", "::", "::2", "::ffff:8000:1", "1270::1"]) {
    expect(isLoopbackAddress(address)).toBe(false);
  }
});
