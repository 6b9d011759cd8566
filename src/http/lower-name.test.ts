import { expect, test } from "bun:test";
import { lowerName } from "./lower-name.ts";

test("lowers a name, each time", () => {
  for (let i = 0; i < 2; i++) expect(lowerName("X-Content-Type-Options")).toBe("x-content-type-options");
  expect(lowerName("already-lower")).toBe("already-lower");
});

test("refuses what is no token, each time", () => {
  for (let i = 0; i < 2; i++) {
    for (const raw of ["", "X ", "X:", "a\nb", "\u212aeep-Alive", "caf\u00e9"]) expect(lowerName(raw)).toBeUndefined();
  }
});

test("goes on when more names have come than it remembers", () => {
  for (let i = 0; i < 2000; i++) expect(lowerName(`X-${i}`)).toBe(`x-${i}`);
  expect(lowerName("X-1999")).toBe("x-1999");
  expect(lowerName("X".repeat(1000))).toBe("x".repeat(1000));
  expect(lowerName("X 1")).toBeUndefined();
});
