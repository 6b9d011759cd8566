import { expect, test } from "bun:test";
import { HeartbeatWatch } from "./heartbeat-watch.ts";

test("a beat that changes is never stuck", () => {
  let beat = 0;
  const watch = new HeartbeatWatch(() => beat++);
  for (let i = 0; i < 100; i++) expect(watch.isStuck()).toBe(false);
});

test("five looks at one and the same beat after the first are stuck, and one change is enough to be well again", () => {
  let beat = 7;
  const watch = new HeartbeatWatch(() => beat);
  expect(Array.from({ length: 6 }, () => watch.isStuck())).toEqual([false, false, false, false, false, true]);
  beat++;
  expect(watch.isStuck()).toBe(false);
});

test("a new process starts with no looks against it", () => {
  const watch = new HeartbeatWatch(() => 1);
  for (let i = 0; i < 5; i++) watch.isStuck();
  watch.reset();
  expect(Array.from({ length: 5 }, () => watch.isStuck())).toEqual([false, false, false, false, false]);
});
