import { expect, test } from "bun:test";
import { looksLikeHttp2, looksLikeTls } from "./first-bytes.ts";

test("the first bytes of HTTP/2 and of TLS are told from others", () => {
  expect(looksLikeHttp2(new Uint8Array([0, 0, 0, 4, 0, 0, 0, 0, 0]))).toBe(true);
  expect(looksLikeHttp2(new Uint8Array([0, 0, 8, 7, 0, 0, 0, 0, 0]))).toBe(true);
  expect(looksLikeHttp2(Buffer.from("HTTP/1.1 400"))).toBe(false);
  expect(looksLikeTls(new Uint8Array([0x15, 3, 1, 0, 2]))).toBe(true);
  expect(looksLikeTls(Buffer.from("HTTP/1.1"))).toBe(false);
});
