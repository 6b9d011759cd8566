/**
 * The answer that a failure gets: its message as plain text. Nothing of the request is ever in it.
 * @module
 */
import type { Failure } from "../errors/failure.ts";
import type { ResponseHead } from "./head.ts";
import { createResponseHead } from "./head.ts";

const bodies = new Map<Failure, Uint8Array>();

/** The message and a newline. The same bytes for each call: they must not be changed. */
export function failureBody(failure: Failure): Uint8Array {
  let body = bodies.get(failure);
  if (body === undefined) {
    body = new TextEncoder().encode(`${failure.message}\n`);
    bodies.set(failure, body);
  }
  return body;
}

/** A head of its own for each call, to which more fields may be added. For HEAD too: it declares what GET would give. */
export function createFailureHead(failure: Failure): ResponseHead {
  return createResponseHead(failure.status, [
    "content-type",
    "text/plain; charset=utf-8",
    "content-length",
    String(failureBody(failure).length),
  ]);
}
