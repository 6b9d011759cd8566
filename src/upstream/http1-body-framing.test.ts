import { expect, test } from "bun:test";
import { bodyFraming, CHUNKED, UNTIL_CLOSE } from "./http1-body-framing.ts";
import { chunkSize } from "./http1-chunk-size.ts";

function framing(fields: string[], status = 200, isHttp11 = true, isHead = false): number | undefined {
  return bodyFraming({ status, isHttp11, fields }, isHead);
}

test("a body ends by its length, its last chunk or the connection's end", () => {
  expect(framing(["Content-Length", " 5 "])).toBe(5);
  expect(framing(["Transfer-Encoding", "Chunked"])).toBe(CHUNKED);
  expect(framing(["x", "y"])).toBe(UNTIL_CLOSE);
  expect(framing(["content-length", "5", "content-length", "5"])).toBe(5);
});

test("HEAD, 204 and 304 have none", () => {
  expect(framing(["content-length", "5"], 200, true, true)).toBe(0);
  expect(framing(["transfer-encoding", "chunked"], 304)).toBe(0);
  expect(framing([], 204)).toBe(0);
});

test("whatever another reader could take otherwise is refused", () => {
  for (const fields of [
    ["content-length", "5", "content-length", "6"],
    ["content-length", "5, 5"],
    ["content-length", "+5"],
    ["content-length", "0x5"],
    ["content-length", ""],
    ["content-length", "5", "transfer-encoding", "chunked"],
    ["transfer-encoding", "gzip, chunked"],
    ["transfer-encoding", "chunked, chunked"],
    ["transfer-encoding", "xchunked"],
    ["transfer-encoding", "chunked", "transfer-encoding", "chunked"],
  ]) {
    expect([fields, framing(fields)]).toEqual([fields, undefined]);
  }
  expect(framing(["transfer-encoding", "chunked"], 200, false)).toBeUndefined();
});

test("a chunk's size is plain hexadecimal, extensions aside", () => {
  expect([chunkSize("0"), chunkSize("fF"), chunkSize("10;a=b"), chunkSize("10 ;a")]).toEqual([0, 255, 16, 16]);
  for (const line of ["", "-1", "+1", "0x10", " 10", "1 0", "g", ";a", "fffffffffffff"]) {
    expect([line, chunkSize(line)]).toEqual([line, -1]);
  }
});
