import type { RequestHead } from "../http/head.ts";

/**
 * The head of a request as `node:http2` sends it unchanged: one flat array, pseudo-headers first (RFC 9113 §8.3.1).
 * `scheme` is that of the connection: a backend may refuse a request for another one (421).
 */
export function requestFields(head: RequestHead, isBodyless: boolean, scheme: "https" | "http"): string[] {
  const { fields } = head.headers;
  const list = [":method", head.method, ":scheme", scheme, ":authority", head.authority, ":path", head.path];
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    // The runtime takes END_STREAM together with any content-length, even 0, for a contradiction.
    if (isBodyless && name === "content-length") continue;
    list.push(name, fields[i + 1] as string);
  }
  return list;
}
