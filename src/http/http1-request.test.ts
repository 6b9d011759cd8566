import { describe, expect, test } from "bun:test";
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { DEFAULT_HEAD_LIMITS } from "./head-limits.ts";
import type { RequestHead } from "./head.ts";
import { createRequestHead } from "./head.ts";
import type { RequestLine } from "./http1-request.ts";
import { readHttp1Request } from "./http1-request.ts";

const HOST = ["Host", "example.com"];

function read(
  fields: readonly string[],
  line: Partial<RequestLine> = {},
): { head: RequestHead; result: number | Failure } {
  const head = createRequestHead([...fields]);
  const whole: RequestLine = { method: "GET", target: "/", version: "HTTP/1.1", scheme: "https", ...line };
  return { head, result: readHttp1Request(head, whole, DEFAULT_HEAD_LIMITS) };
}

describe("readHttp1Request", () => {
  test("gives a head like that of any other version", () => {
    const { head, result } = read(
      ["User-Agent", "x", "Host", "Example.com:443", "Content-Length", "12", "X-A", "1", "x-a", "2", "Cookie", "a=1"],
      { method: "POST", target: "/a//b?c" },
    );
    expect(result).toBe(12);
    expect(head).toMatchObject({ method: "POST", scheme: "https", authority: "example.com", path: "/a/b?c" });
    expect(head.headers.fields).toEqual([
      "user-agent",
      "x",
      "content-length",
      "12",
      "x-a",
      "1",
      "x-a",
      "2",
      "cookie",
      "a=1",
    ]);
  });

  test("has no body when nothing frames one, and one of unknown length when it is chunked", () => {
    expect(read(HOST).result).toBe(0);
    const { head, result } = read([...HOST, "Transfer-Encoding", "Chunked"], { method: "POST" });
    expect(result).toBe(-1);
    expect(head.headers.has("transfer-encoding")).toBe(false);
  });

  test("trims optional white space, which other versions refuse", () => {
    expect(read([...HOST, "X", "\t a b "]).head.headers.get("x")).toBe("a b");
  });

  test("removes the fields of the connection and those that it names", () => {
    const { head, result } = read([
      ...HOST,
      "Connection",
      "Keep-Alive, X-Secret ,te",
      "Keep-Alive",
      "timeout=5",
      "X-Secret",
      "1",
      "x-kept",
      "2",
      "Proxy-Connection",
      "close",
      "Upgrade",
      "h2c",
      "HTTP2-Settings",
      "AAMAAABkAAQAAP__",
      "X-SECRET",
      "3",
    ]);
    expect(result).toBe(0);
    expect(head.headers.fields).toEqual(["x-kept", "2"]);
  });

  test("passes on only that trailers are wanted", () => {
    const { head } = read([...HOST, "Connection", "TE", "TE", "gzip;q=0.5, Trailers", "te", "trailers"]);
    expect(head.headers.getAll("te")).toEqual(["trailers"]);
    expect(read([...HOST, "TE", "gzip"]).head.headers.has("te")).toBe(false);
  });

  test("leaves expect to the ingress", () => {
    expect(read([...HOST, "Expect", "100-continue"]).head.headers.get("expect")).toBe("100-continue");
  });

  const targets: [target: string, method: string, authority: string, path: string][] = [
    ["/a?b", "GET", "example.com", "/a?b"],
    ["https://example.com/a?b", "GET", "example.com", "/a?b"],
    ["HTTPS://EXAMPLE.com:443", "GET", "example.com", "/"],
    ["https://example.com?x", "GET", "example.com", "/?x"],
    ["https://example.com", "OPTIONS", "example.com", "*"],
    ["https://example.com/../a", "GET", "example.com", "/a"],
    ["*", "OPTIONS", "example.com", "*"],
    ["/x?u=http://evil.example/", "GET", "example.com", "/x?u=http://evil.example/"],
  ];
  test.each(targets)("reads the target %s of a %s request", (target, method, authority, path) => {
    const { head, result } = read(HOST, { target, method });
    expect(result).toBe(0);
    expect(head).toMatchObject({ scheme: "https", authority, path });
  });

  const CL = ["Content-Length", "5"];
  const TE = ["Transfer-Encoding", "chunked"];
  const refused: [trick: string, fields: string[], line: Partial<RequestLine>, failure: Failure][] = [
    ["no host", [], {}, FAILURES.missingAuthority],
    ["no host in HTTP/1.0", [], { version: "HTTP/1.0" }, FAILURES.missingAuthority],
    ["no host beside an absolute target", [], { target: "https://a/" }, FAILURES.missingAuthority],
    ["an empty host", ["Host", ""], {}, FAILURES.missingAuthority],
    ["two hosts", [...HOST, ...HOST], {}, FAILURES.invalidAuthority],
    ["a host with a path", ["Host", "example.com/x"], {}, FAILURES.invalidAuthority],
    ["another host in the target", HOST, { target: "https://evil.example/" }, FAILURES.authorityMismatch],
    ["user information in the target", HOST, { target: "https://u@example.com/" }, FAILURES.invalidAuthority],
    ["no authority in the target", HOST, { target: "https:///x" }, FAILURES.missingAuthority],
    ["another scheme", HOST, { target: "ftp://example.com/" }, FAILURES.invalidScheme],
    ["a fragment", HOST, { target: "/a#b" }, FAILURES.invalidPath],
    ["a fragment after the authority", HOST, { target: "https://example.com#b" }, FAILURES.invalidPath],
    ["authority-form without CONNECT", HOST, { target: "example.com:80" }, FAILURES.invalidPath],
    ["CONNECT", HOST, { method: "CONNECT", target: "example.com:80" }, FAILURES.connectNotSupported],
    ["* without OPTIONS", HOST, { target: "*" }, FAILURES.invalidPath],
    ["a method that is no token", HOST, { method: "GE T" }, FAILURES.invalidMethod],
    ["a space before the colon", [...HOST, "X ", "1"], {}, FAILURES.invalidHeaderName],
    ["a pseudo-header", [...HOST, ":path", "/admin"], {}, FAILURES.invalidHeaderName],
    ["a letter that becomes ASCII in lower case", [...HOST, "\u212aeep-Alive", "1"], {}, FAILURES.invalidHeaderName],
    ["a folded value", [...HOST, "X", "a\r\n b"], {}, FAILURES.invalidHeaderValue],
    ["CR in connection", [...HOST, "Keep-Alive", "a\rb"], {}, FAILURES.invalidHeaderValue],
    ["content-length and chunked", [...HOST, ...CL, ...TE], {}, FAILURES.conflictingContentLength],
    ["chunked and content-length", [...HOST, ...TE, ...CL], {}, FAILURES.conflictingContentLength],
    ["chunked twice", [...HOST, ...TE, ...TE], {}, FAILURES.invalidTransferEncoding],
    ["chunked in HTTP/1.0", [...HOST, ...TE], { version: "HTTP/1.0" }, FAILURES.invalidTransferEncoding],
    ["xchunked", [...HOST, "Transfer-Encoding", "xchunked"], {}, FAILURES.unsupportedTransferEncoding],
    ["identity", [...HOST, "Transfer-Encoding", "identity"], {}, FAILURES.unsupportedTransferEncoding],
    ["an empty coding", [...HOST, "Transfer-Encoding", ""], {}, FAILURES.unsupportedTransferEncoding],
    ["a vertical tab", [...HOST, "Transfer-Encoding", "\x0bchunked"], {}, FAILURES.invalidHeaderValue],
    ["chunked in a list", [...HOST, "Transfer-Encoding", "gzip, chunked"], {}, FAILURES.unsupportedTransferEncoding],
    ["chunked, chunked", [...HOST, "Transfer-Encoding", "chunked, chunked"], {}, FAILURES.unsupportedTransferEncoding],
    ["chunked in quotes", [...HOST, "Transfer-Encoding", '"chunked"'], {}, FAILURES.unsupportedTransferEncoding],
    ["two content-lengths", [...HOST, ...CL, "content-length", "6"], {}, FAILURES.conflictingContentLength],
    [
      "Connection: content-length",
      [...HOST, ...CL, "Connection", "content-length"],
      {},
      FAILURES.connectionSpecificHeader,
    ],
    ["Connection: Host", [...HOST, "Connection", "close, Host"], {}, FAILURES.connectionSpecificHeader],
    [
      "Connection: transfer-encoding",
      [...HOST, ...TE, "Connection", "Transfer-Encoding"],
      {},
      FAILURES.connectionSpecificHeader,
    ],
    ["a connection option that is no token", [...HOST, "Connection", "a b"], {}, FAILURES.connectionSpecificHeader],
    ["a WebSocket upgrade", [...HOST, "Upgrade", "WebSocket"], {}, FAILURES.unsupportedUpgrade],
    ["an over-long target", HOST, { target: `/${"a".repeat(17000)}` }, FAILURES.requestHeaderFieldsTooLarge],
  ];
  test.each(refused)("refuses %s", (_trick, fields, line, failure) => {
    const { result } = read(fields, line);
    expect(result === failure ? failure.code : result).toBe(failure.code);
  });

  test("accepts HTTP/1.0 with a host", () => {
    expect(read(HOST, { version: "HTTP/1.0" }).result).toBe(0);
  });
});
