import type { RequestHead } from "../http/head.ts";

/** How the end of a request's body is told (RFC 9112 §6). */
export type Http1Framing = "none" | "length" | "chunked";

/** How to frame a request of this kind. `contentLength`: -1 when it is not known beforehand. */
export function requestFraming(isBodyless: boolean, contentLength: number): Http1Framing {
  if (isBodyless) return "none";
  return contentLength >= 0 ? "length" : "chunked";
}

/** Whether an empty body must be announced, since the method leads one to expect a body (RFC 9110 §8.6). */
function expectsBody(method: string): boolean {
  return method === "POST" || method === "PUT" || method === "PATCH";
}

/**
 * The head of a request in HTTP/1.1 form, to be sent as Latin-1. Framing is made anew: of the fields only those that
 * say nothing about it are used. Pieces of `cookie` become one field again (RFC 9113 §8.2.3).
 */
export function requestText(head: RequestHead, framing: Http1Framing, contentLength: number): string {
  const { fields } = head.headers;
  let text = `${head.method} ${head.path} HTTP/1.1\r\nhost: ${head.authority}\r\n`;
  let cookie: string | undefined;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    const value = fields[i + 1] as string;
    switch (name) {
      case "host":
      case "connection":
      case "keep-alive":
      case "proxy-connection":
      case "upgrade":
      case "http2-settings":
      case "content-length":
      case "transfer-encoding":
        break;
      case "te":
        // A field for one connection: it must be named as such (RFC 9110 §10.1.4).
        if (value === "trailers") text += "te: trailers\r\nconnection: te\r\n";
        break;
      case "cookie":
        cookie = cookie === undefined ? value : `${cookie}; ${value}`;
        break;
      default:
        text += `${name}: ${value}\r\n`;
    }
  }
  if (cookie !== undefined) text += `cookie: ${cookie}\r\n`;
  if (framing === "length") text += `content-length: ${contentLength}\r\n`;
  else if (framing === "chunked") text += "transfer-encoding: chunked\r\n";
  else if (expectsBody(head.method)) text += "content-length: 0\r\n";
  return `${text}\r\n`;
}
