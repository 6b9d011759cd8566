import { expect, test } from "bun:test";
import { RestartBackoff } from "./restart-backoff.ts";

test("the first death is answered at once, the following ones ever later up to five seconds", () => {
  const backoff = new RestartBackoff();
  expect(Array.from({ length: 9 }, () => backoff.next(50))).toEqual([0, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  expect(backoff.quickDeathCount).toBe(9);
});

test("a death after a long life counts as a first one", () => {
  const backoff = new RestartBackoff();
  backoff.next(50);
  backoff.next(50);
  expect(backoff.next(10_000)).toBe(0);
  expect(backoff.quickDeathCount).toBe(1);
  expect(backoff.next(9999)).toBe(100);
});

test("the delay stays finite however often it happens", () => {
  const backoff = new RestartBackoff();
  for (let i = 0; i < 5000; i++) backoff.next(0);
  expect(backoff.next(0)).toBe(5000);
});
