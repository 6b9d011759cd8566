import { expect, test } from "bun:test";
import { TickTimer } from "./tick-timer.ts";

test("ticks come until the period is set to 0, and one period replaces another", async () => {
  const ticks: number[] = [];
  const timer = new TickTimer(() => void ticks.push(1));
  timer.set(60_000);
  timer.set(1);
  for (let i = 0; i < 100 && ticks.length < 2; i++) await Bun.sleep(10);
  expect(ticks.length).toBeGreaterThanOrEqual(2);
  timer.set(0);
  const before = ticks.length;
  await Bun.sleep(40);
  expect(ticks.length).toBe(before);
});
