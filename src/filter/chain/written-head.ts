/**
 * What a filter wrote, checked by the rules for every other head.
 * @module
 */
import { FAILURES } from "../../errors/catalogue.ts";
import type { Failure } from "../../errors/failure.ts";
import { parseContentLength } from "../../http/content-length.ts";
import { checkRequestHead, checkResponseHead } from "../../http/head-check.ts";
import { RESPONSE_HEAD_LIMITS } from "../../http/head-limits.ts";
import type { RequestHead, ResponseHead } from "../../http/head.ts";
import type { HeaderList } from "../../http/header-list.ts";

/** The length that a head declares before the filters see it, which they may take away but not change; -1 for none. */
export function declaredLength(headers: HeaderList): number {
  const value = headers.get("content-length");
  return value === undefined ? -1 : parseContentLength(value);
}

export function checkWrittenRequest(head: RequestHead, contentLength: number): Failure | undefined {
  return checkSize(head.headers) ?? checkRequestHead(head, contentLength);
}

export function checkWrittenResponse(head: ResponseHead | undefined, contentLength: number): Failure | undefined {
  return head === undefined ? undefined : (checkSize(head.headers) ?? checkResponseHead(head, contentLength));
}

function checkSize(headers: HeaderList): Failure | undefined {
  if (headers.count > RESPONSE_HEAD_LIMITS.maxHeadersCount) return FAILURES.tooManyRequestHeaders;
  return headers.bytes > RESPONSE_HEAD_LIMITS.maxHeadersBytes ? FAILURES.requestHeaderFieldsTooLarge : undefined;
}
