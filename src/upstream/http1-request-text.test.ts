import { expect, test } from "bun:test";
import { HeaderList } from "../http/header-list.ts";
import { requestFraming, requestText } from "./http1-request-text.ts";

function text(method: string, fields: string[], isBodyless: boolean, contentLength: number): string {
  const head = { method, scheme: "https", authority: "a.test", path: "/", headers: new HeaderList(fields) };
  return requestText(head, requestFraming(isBodyless, contentLength), contentLength);
}

test("framing is told by what is known of the body, not by the fields", () => {
  const fields = [
    "content-length",
    "77",
    "transfer-encoding",
    "gzip",
    "connection",
    "close",
    "upgrade",
    "h2c",
    "host",
    "b",
  ];
  expect(text("GET", fields, true, 0)).toBe("GET / HTTP/1.1\r\nhost: a.test\r\n\r\n");
  expect(text("PUT", fields, true, 0)).toBe("PUT / HTTP/1.1\r\nhost: a.test\r\ncontent-length: 0\r\n\r\n");
  expect(text("PUT", fields, false, 5)).toBe("PUT / HTTP/1.1\r\nhost: a.test\r\ncontent-length: 5\r\n\r\n");
  expect(text("PUT", fields, false, -1)).toBe("PUT / HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: chunked\r\n\r\n");
});

test("te is passed on for trailers alone, and named in connection", () => {
  expect(text("GET", ["te", "trailers"], true, 0)).toContain("te: trailers\r\nconnection: te\r\n");
  expect(text("GET", ["te", "gzip"], true, 0)).not.toContain("te:");
});
