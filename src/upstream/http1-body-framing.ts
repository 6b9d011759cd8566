import { parseContentLength } from "../http/content-length.ts";
import { trimWhitespace } from "../http/header-syntax.ts";
import type { Http1Head } from "./http1-head-text.ts";

/** A body in chunks (RFC 9112 §7.1). */
export const CHUNKED: number = -1;
/** A body that the end of the connection ends (RFC 9112 §6.3, rule 8). */
export const UNTIL_CLOSE: number = -2;

/**
 * Length of a response's body, {@link CHUNKED} or {@link UNTIL_CLOSE} (RFC 9112 §6.3). Undefined when the fields
 * contradict each other, or name a coding other than one `chunked`: the end would be guesswork.
 */
export function bodyFraming(head: Http1Head, isHead: boolean): number | undefined {
  const { status, fields } = head;
  let length = UNTIL_CLOSE;
  let isChunked = false;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    if (name.length === 14 && name.toLowerCase() === "content-length") {
      const value = parseContentLength(trimWhitespace(fields[i + 1] as string));
      if (value < 0 || (length >= 0 && length !== value)) return undefined;
      length = value;
    } else if (name.length === 17 && name.toLowerCase() === "transfer-encoding") {
      const isUnderstood = trimWhitespace(fields[i + 1] as string).toLowerCase() === "chunked";
      if (isChunked || !isUnderstood || !head.isHttp11) return undefined;
      isChunked = true;
    }
  }
  if (isChunked && length >= 0) return undefined;
  if (isHead || status === 204 || status === 304) return 0;
  return isChunked ? CHUNKED : length;
}

/** Whether the connection may carry another request after this response (RFC 9112 §9.3). */
export function mayPersist(head: Http1Head): boolean {
  const { fields } = head;
  let isKeepAlive = false;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    if (name.length !== 10 || name.toLowerCase() !== "connection") continue;
    const value = (fields[i + 1] as string).toLowerCase();
    if (value.includes("close")) return false;
    if (value.includes("keep-alive")) isKeepAlive = true;
  }
  return head.isHttp11 || isKeepAlive;
}
