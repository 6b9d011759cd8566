import { expect, test } from "bun:test";
import { Quarantine } from "./quarantine.ts";

/** What five failures at once come to. */
function fiveAt(quarantine: Quarantine, nowMs: number): number[] {
  return Array.from({ length: 5 }, () => quarantine.noteFailure(nowMs));
}

test("the fifth failure within ten seconds begins a pause, and others do not", () => {
  const quarantine = new Quarantine();
  expect([0, 4000, 8000, 12_000, 16_000, 20_000].map((now) => quarantine.noteFailure(now))).toEqual([0, 0, 0, 0, 0, 0]);
  expect([20_500, 21_000].map((now) => quarantine.noteFailure(now))).toEqual([0, 1000]);
  expect(quarantine.noteFailure(22_000)).toBe(0);
});

test("pauses double up to a minute, and begin anew after a minute without one", () => {
  const quarantine = new Quarantine();
  let now = 0;
  const pauses: (number | undefined)[] = [];
  for (let i = 0; i < 8; i++) {
    const pause = fiveAt(quarantine, now).at(-1) ?? 0;
    pauses.push(pause);
    now += pause + 100;
  }
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  expect(fiveAt(quarantine, now + 60_001)).toEqual([0, 0, 0, 0, 1000]);
});
