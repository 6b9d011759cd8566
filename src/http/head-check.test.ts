import { describe, expect, test } from "bun:test";
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { checkRequestHead, checkResponseHead, checkTrailers } from "./head-check.ts";
import type { RequestHead } from "./head.ts";
import { createRequestHead, createResponseHead } from "./head.ts";
import { HeaderList } from "./header-list.ts";

function headOf(fields: string[], parts: Partial<RequestHead> = {}): RequestHead {
  const head = createRequestHead(fields);
  return Object.assign(head, { method: "GET", scheme: "https", authority: "example.com", path: "/" }, parts);
}

const badFields: [trick: string, fields: string[], failure: Failure][] = [
  ["an upper-case name", ["X", "1"], FAILURES.invalidHeaderName],
  ["an empty name", ["", "1"], FAILURES.invalidHeaderName],
  ["a pseudo-header", [":path", "/admin"], FAILURES.invalidHeaderName],
  ["a name with a colon", ["a:b", "1"], FAILURES.invalidHeaderName],
  ["CR LF in a value", ["x", "a\r\nb: c"], FAILURES.invalidHeaderValue],
  ["NUL in a value", ["x", "\0"], FAILURES.invalidHeaderValue],
  ["a value that is not bytes", ["x", "\u20ac"], FAILURES.invalidHeaderValue],
  ["white space around a value", ["x", "a "], FAILURES.invalidHeaderValue],
  ["connection", ["connection", "close"], FAILURES.connectionSpecificHeader],
  ["keep-alive", ["keep-alive", "1"], FAILURES.connectionSpecificHeader],
  ["transfer-encoding", ["transfer-encoding", "chunked"], FAILURES.connectionSpecificHeader],
  ["upgrade", ["upgrade", "h2c"], FAILURES.connectionSpecificHeader],
  ["te with a coding", ["te", "gzip"], FAILURES.connectionSpecificHeader],
  ["a content-length where none was declared", ["content-length", "5"], FAILURES.conflictingContentLength],
  ["an unreadable content-length", ["content-length", "x"], FAILURES.conflictingContentLength],
];

const HOST: (typeof badFields)[number] = ["host", ["host", "evil"], FAILURES.invalidAuthority];

describe("checkRequestHead", () => {
  test("passes a head, again and again", () => {
    const head = headOf(["user-agent", "x", "te", "trailers", "content-length", "5", "x", ""]);
    for (let i = 0; i < 3; i++) expect(checkRequestHead(head, 5)).toBeUndefined();
  });

  test.each([...badFields, HOST])("refuses %s, also in the place of a field that passed", (_trick, fields, failure) => {
    expect(checkRequestHead(headOf(["a", "1", "b", "2"]), -1)).toBeUndefined();
    expect(checkRequestHead(headOf(["a", "1", ...fields]), -1)).toBe(failure);
    expect(checkRequestHead(headOf(["a", "1", ...fields]), -1)).toBe(failure);
    expect(checkRequestHead(headOf([...fields, "a", "1"]), -1)).toBe(failure);
  });

  test("refuses a bad value under a name that passed, and a bad name with a value that passed", () => {
    expect(checkRequestHead(headOf(["a", "1"]), -1)).toBeUndefined();
    expect(checkRequestHead(headOf(["a", "1\n"]), -1)).toBe(FAILURES.invalidHeaderValue);
    expect(checkRequestHead(headOf(["a b", "1"]), -1)).toBe(FAILURES.invalidHeaderName);
    expect(checkRequestHead(headOf(["connection", "1"]), -1)).toBe(FAILURES.connectionSpecificHeader);
  });

  test("looks at fields however many there are", () => {
    const many = Array.from({ length: 200 }, (_, i) => [`x-${i}`, "1"]).flat();
    expect(checkRequestHead(headOf([...many]), -1)).toBeUndefined();
    for (const at of [1, 127, 129, 399]) {
      const bad = [...many];
      bad[at] = "\n";
      expect(checkRequestHead(headOf(bad), -1)).toBe(FAILURES.invalidHeaderValue);
    }
  });

  test("holds content-length to what was declared", () => {
    expect(checkRequestHead(headOf([]), 5)).toBeUndefined();
    expect(checkRequestHead(headOf(["content-length", "6"]), 5)).toBe(FAILURES.conflictingContentLength);
    expect(checkRequestHead(headOf(["content-length", "5", "content-length", "5"]), 5)).toBe(
      FAILURES.conflictingContentLength,
    );
    expect(checkRequestHead(headOf(["content-length", "0"]), 0)).toBeUndefined();
  });

  test.each([
    [{ method: "" }, FAILURES.invalidMethod],
    [{ method: "GET /" }, FAILURES.invalidMethod],
    [{ method: "CONNECT" }, FAILURES.connectNotSupported],
    [{ scheme: "ftp" }, FAILURES.invalidScheme],
    [{ scheme: "" }, FAILURES.invalidScheme],
    [{ authority: "" }, FAILURES.invalidAuthority],
    [{ authority: "a@b" }, FAILURES.invalidAuthority],
    [{ path: "" }, FAILURES.invalidPath],
    [{ path: "/a b" }, FAILURES.invalidPath],
    [{ path: "/%2f" }, FAILURES.invalidPath],
    [{ path: "*" }, FAILURES.invalidPath],
  ] as [Partial<RequestHead>, Failure][])("refuses %j", (parts, failure) => {
    expect(checkRequestHead(headOf([], parts), -1)).toBe(failure);
  });

  test("puts what a filter wrote in canonical form", () => {
    const head = headOf([], { authority: "EXAMPLE.com:443", path: "/a/../%62//c" });
    expect(checkRequestHead(head, -1)).toBeUndefined();
    expect(head).toMatchObject({ authority: "example.com", path: "/b/c" });
  });

  test("passes * for OPTIONS", () => {
    expect(checkRequestHead(headOf([], { method: "OPTIONS", path: "*" }), -1)).toBeUndefined();
  });
});

describe("checkResponseHead", () => {
  test.each(badFields)("refuses %s", (_trick, fields, failure) => {
    expect(checkResponseHead(createResponseHead(200, ["a", "1", ...fields]), -1)).toBe(failure);
  });

  test.each([0, 100, 101, 199, 600, 200.5, Number.NaN])("refuses the status %d", (status) => {
    expect(checkResponseHead(createResponseHead(status), -1)).toBe(FAILURES.upstreamInvalidHead);
  });

  test("passes every final status, and a content-length as declared", () => {
    for (const status of [200, 204, 304, 404, 599]) {
      expect(checkResponseHead(createResponseHead(status, ["content-length", "7"]), 7)).toBeUndefined();
    }
  });

  test("refuses te, which a request head may have passed in the same place", () => {
    expect(checkRequestHead(headOf(["te", "trailers"]), -1)).toBeUndefined();
    expect(checkResponseHead(createResponseHead(200, ["te", "trailers"]), -1)).toBe(FAILURES.connectionSpecificHeader);
  });
});

describe("checkTrailers", () => {
  test.each(badFields)("refuses %s", (_trick, fields, failure) => {
    expect(checkTrailers(new HeaderList(fields))).toBe(failure);
  });

  test("passes ordinary ones", () => {
    expect(checkTrailers(new HeaderList(["grpc-status", "0"]))).toBeUndefined();
  });
});
