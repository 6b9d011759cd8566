import { expect, test } from "bun:test";
import { RequestDeadline } from "./request-deadline.ts";

const TIMEOUTS = { headersTimeoutMs: 100, bodyIdleTimeoutMs: 50, bodyTotalTimeoutMs: 300, totalTimeoutMs: 1000 };

test("the head is waited for until its limit, from the last restart on", () => {
  const startMs = performance.now();
  const deadline = new RequestDeadline(TIMEOUTS);
  expect(deadline.missed(startMs + 90, false)).toBeUndefined();
  deadline.restart();
  expect(deadline.missed(startMs + 110, false)).toBeUndefined();
  expect(deadline.missed(startMs + 205, false)).toBeUndefined();
  expect(deadline.missed(startMs + 215, false)).toBe("no response head in time");
});

test("time that the client takes is not counted, but the total is", () => {
  const startMs = performance.now();
  const deadline = new RequestDeadline(TIMEOUTS);
  for (let at = 50; at < 990; at += 50) expect(deadline.missed(startMs + at, true)).toBeUndefined();
  expect(deadline.missed(startMs + 1001, true)).toBe("total request timeout");
});

test("a body is held to its idle limit and to its own total", () => {
  const deadline = new RequestDeadline(TIMEOUTS);
  deadline.enterBody();
  const startMs = performance.now();
  for (let at = 40; at < 290; at += 40) {
    deadline.noteActivity();
    expect(deadline.missed(startMs + at, false)).toBeUndefined();
  }
  deadline.noteActivity();
  expect(deadline.missed(startMs + 301, false)).toBe("response body took too long");
  const idle = new RequestDeadline(TIMEOUTS);
  idle.enterBody();
  expect(idle.missed(performance.now() + 60, false)).toBe("response body idle timeout");
});
