import { expect, test } from "bun:test";
import { RebuildBackoff } from "./rebuild-backoff.ts";

test("the first failure costs no time, later ones in a row ever more, and a success makes the next the first again", async () => {
  const backoff = new RebuildBackoff();
  expect(backoff.mayRetry()).toBe(true);
  backoff.noteFailure();
  expect(backoff.mayRetry()).toBe(true);
  for (let i = 0; i < 3; i++) backoff.noteFailure();
  expect(backoff.mayRetry()).toBe(false);
  await Bun.sleep(20);
  expect(backoff.mayRetry()).toBe(false);
  await Bun.sleep(40);
  expect(backoff.mayRetry()).toBe(true);
  backoff.noteSuccess();
  backoff.noteFailure();
  expect(backoff.mayRetry()).toBe(true);
});
