import { describe, expect, test } from "bun:test";
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { RESPONSE_HEAD_LIMITS } from "./head-limits.ts";
import type { ResponseHead } from "./head.ts";
import { createResponseHead } from "./head.ts";
import { readHttp1Response, readHttp2Response, readInformational } from "./response-fields.ts";

interface Outcome {
  readonly head: ResponseHead;
  readonly result: number | Failure;
}

function readHttp2(status: string, fields: readonly string[]): Outcome {
  const head = createResponseHead(0, [":status", status, ...fields]);
  return { head, result: readHttp2Response(head, RESPONSE_HEAD_LIMITS) };
}

function readHttp1(status: string, fields: readonly string[]): Outcome {
  const head = createResponseHead(Number(status), [...fields]);
  return { head, result: readHttp1Response(head, RESPONSE_HEAD_LIMITS) };
}

describe.each([
  ["HTTP/2", readHttp2],
  ["HTTP/1.1", readHttp1],
] as const)("a response head of %s", (_version, read) => {
  test("keeps its fields in order", () => {
    const { head, result } = read("404", [
      "content-length",
      "5",
      "set-cookie",
      "a=1",
      "set-cookie",
      "b=2",
      "trailer",
      "x",
      "proxy-status",
      "a",
    ]);
    expect(result).toBe(5);
    expect(head.status).toBe(404);
    expect(head.headers.fields).toEqual([
      "content-length",
      "5",
      "set-cookie",
      "a=1",
      "set-cookie",
      "b=2",
      "trailer",
      "x",
      "proxy-status",
      "a",
    ]);
  });

  test("loses what belonged to the connection", () => {
    const { head, result } = read("200", [
      "connection",
      "close",
      "keep-alive",
      "timeout=5",
      "proxy-connection",
      "close",
      "upgrade",
      "h2c",
      "proxy-authenticate",
      "Basic",
      "te",
      "trailers",
      "x",
      "y",
      "transfer-encoding",
      "chunked",
    ]);
    expect(result).toBe(-1);
    expect(head.headers.fields).toEqual(["x", "y"]);
  });

  test("declares no length with 204", () => {
    const { head, result } = read("204", ["content-length", "0", "x", "y"]);
    expect(result).toBe(-1);
    expect(head.headers.fields).toEqual(["x", "y"]);
  });

  test("keeps its length with 304", () => {
    expect(read("304", ["content-length", "9"]).result).toBe(9);
  });

  test("has each content-length once", () => {
    const { head, result } = read("200", ["content-length", "05", "content-length", "5"]);
    expect(result).toBe(5);
    expect(head.headers.fields).toEqual(["content-length", "5"]);
  });

  test("may have white space around values, which goes", () => {
    expect(read("200", ["x", " y\t"]).head.headers.get("x")).toBe("y");
  });

  const refused: [trick: string, status: string, fields: string[]][] = [
    ["status 100", "100", []],
    ["status 101", "101", []],
    ["status 600", "600", []],
    ["status 0", "0", []],
    ["CR LF in a value", "200", ["x", "a\r\nset-cookie: b"]],
    ["NUL in a removed value", "200", ["connection", "a\0"]],
    ["a name with a space", "200", ["x ", "a"]],
    ["a pseudo-header among the fields", "200", ["x", "y", ":status", "200"]],
    ["a value that is not bytes", "200", ["x", "\u20ac"]],
    ["two lengths", "200", ["content-length", "5", "content-length", "6"]],
    ["a list of lengths", "200", ["content-length", "5, 5"]],
    ["a signed length", "200", ["content-length", "-5"]],
  ];
  test.each(refused)(`with %s is the failure of the backend`, (_trick, status, fields) => {
    expect(read(status, fields).result).toBe(FAILURES.upstreamInvalidHead);
  });

  test("may not be without bounds", () => {
    const many = Array.from({ length: 257 * 2 }, () => "x");
    expect(read("200", many).result).toBe(FAILURES.upstreamHeadTooLarge);
    expect(read("200", ["x", "y".repeat(65536)]).result).toBe(FAILURES.upstreamHeadTooLarge);
    expect(read("200", ["x", "y".repeat(65535)]).result).toBe(-1);
  });
});

describe("readHttp2Response", () => {
  test.each([["20"], ["2000"], ["+20"], ["2e2"], ["200 OK"], [""], ["abc"]])("refuses the status %j", (status) => {
    expect(readHttp2(status, []).result).toBe(FAILURES.upstreamInvalidHead);
  });

  test("refuses a head that does not start with a status, or names fields in upper case", () => {
    expect(readHttp2Response(createResponseHead(0, ["x", "y", ":status", "200"]), RESPONSE_HEAD_LIMITS)).toBe(
      FAILURES.upstreamInvalidHead,
    );
    expect(readHttp2Response(createResponseHead(0, []), RESPONSE_HEAD_LIMITS)).toBe(FAILURES.upstreamInvalidHead);
    expect(readHttp2("200", ["X-A", "1"]).result).toBe(FAILURES.upstreamInvalidHead);
  });
});

describe("readHttp1Response", () => {
  test("lowers names and removes those that connection names", () => {
    const { head } = readHttp1("200", ["Connection", "X-Hop", "X-Hop", "1", "Content-Type", "text/plain"]);
    expect(head.headers.fields).toEqual(["content-type", "text/plain"]);
  });

  test("refuses two framings at once, and a connection that names the framing", () => {
    const both = ["Content-Length", "5", "Transfer-Encoding", "chunked"];
    expect(readHttp1("200", both).result).toBe(FAILURES.upstreamInvalidHead);
    expect(readHttp1("200", ["Connection", "content-length", "Content-Length", "5"]).result).toBe(
      FAILURES.upstreamInvalidHead,
    );
  });
});

describe("readInformational", () => {
  test("passes 100, 103 and others but 101", () => {
    const head = createResponseHead(103, [
      "link",
      "</a.css>; rel=preload",
      "connection",
      "close",
      "content-length",
      "0",
    ]);
    expect(readInformational(head, false, RESPONSE_HEAD_LIMITS)).toBeUndefined();
    expect(head.status).toBe(103);
    expect(head.headers.fields).toEqual(["link", "</a.css>; rel=preload"]);
    for (const status of [99, 101, 200]) {
      expect(readInformational(createResponseHead(status), false, RESPONSE_HEAD_LIMITS)).toBe(
        FAILURES.upstreamInvalidHead,
      );
    }
  });

  test("lowers names of HTTP/1.1 and refuses bad values", () => {
    const head = createResponseHead(103, ["Link", "</a>"]);
    expect(readInformational(head, true, RESPONSE_HEAD_LIMITS)).toBeUndefined();
    expect(head.headers.fields).toEqual(["link", "</a>"]);
    const bad = createResponseHead(103, ["link", "a\nb"]);
    expect(readInformational(bad, false, RESPONSE_HEAD_LIMITS)).toBe(FAILURES.upstreamInvalidHead);
  });
});
