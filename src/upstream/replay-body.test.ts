import { expect, test } from "bun:test";
import { MAX_REPLAY_BYTES, ReplayBody } from "./replay-body.ts";

test("what was sent is kept while it is small, and all let go when it is not", () => {
  const body = new ReplayBody();
  body.remember(new Uint8Array(MAX_REPLAY_BYTES - 1));
  body.remember(new Uint8Array(1));
  expect([body.isWhole, body.chunks.length, body.bytes]).toEqual([true, 2, MAX_REPLAY_BYTES]);
  body.remember(new Uint8Array(1));
  expect([body.isWhole, body.chunks.length, body.bytes]).toEqual([false, 0, 0]);
  body.remember(new Uint8Array(1));
  expect(body.chunks).toHaveLength(0);
});

test("what nobody has taken yet is held whatever its size, until it was taken", () => {
  const body = new ReplayBody();
  for (let i = 0; i < 3; i++) body.hold(new Uint8Array(MAX_REPLAY_BYTES));
  expect([body.isWhole, body.chunks.length]).toEqual([true, 3]);
  body.trim();
  expect([body.isWhole, body.chunks.length]).toEqual([false, 0]);
});
