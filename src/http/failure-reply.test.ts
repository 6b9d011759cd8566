import { expect, test } from "bun:test";
import { FAILURES } from "../errors/catalogue.ts";
import { createFailureHead, failureBody } from "./failure-reply.ts";
import { checkResponseHead } from "./head-check.ts";

test("answers every failure that a client may see with its message and a newline", () => {
  const seen = Object.values(FAILURES).filter((failure) => failure.status !== 0);
  expect(seen.length).toBeGreaterThan(20);
  for (const failure of seen) {
    const head = createFailureHead(failure);
    const body = failureBody(failure);
    expect(new TextDecoder().decode(body)).toBe(`${failure.message}\n`);
    expect(head.status).toBe(failure.status);
    expect(head.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(checkResponseHead(head, body.length)).toBeUndefined();
  }
});

test("gives each answer a head of its own", () => {
  createFailureHead(FAILURES.internal).headers.append("x", "y");
  expect(createFailureHead(FAILURES.internal).headers.has("x")).toBe(false);
  expect(failureBody(FAILURES.internal)).toBe(failureBody(FAILURES.internal));
});
