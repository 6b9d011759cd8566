import { describe, expect, test } from "bun:test";
import { BodyLength } from "./body-length.ts";

describe("BodyLength", () => {
  test("is complete at the declared length alone", () => {
    const length = new BodyLength(5);
    expect(length.isComplete()).toBe(false);
    expect(length.add(3)).toBe(true);
    expect(length.isComplete()).toBe(false);
    expect(length.add(2)).toBe(true);
    expect(length.isComplete()).toBe(true);
    expect(length.seen).toBe(5);
  });

  test("says so when a byte too many comes, and stays incomplete", () => {
    const length = new BodyLength(5);
    expect(length.add(6)).toBe(false);
    expect(length.isComplete()).toBe(false);
    expect(length.add(0)).toBe(false);
  });

  test("holds an empty body to zero", () => {
    const length = new BodyLength(0);
    expect(length.isComplete()).toBe(true);
    expect(length.add(1)).toBe(false);
  });

  test("lets everything through when nothing was declared", () => {
    const length = new BodyLength(-1);
    expect(length.isComplete()).toBe(true);
    expect(length.add(Number.MAX_SAFE_INTEGER)).toBe(true);
    expect(length.isComplete()).toBe(true);
  });
});
