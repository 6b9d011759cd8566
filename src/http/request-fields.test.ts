import { describe, expect, test } from "bun:test";
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import type { FieldDictionary } from "./field-dictionary.ts";
import type { HeadLimits } from "./head-limits.ts";
import { DEFAULT_HEAD_LIMITS } from "./head-limits.ts";
import type { RequestHead } from "./head.ts";
import { createRequestHead } from "./head.ts";
import { readRequestDictionary, readRequestFields } from "./request-fields.ts";

const GET = [":method", "GET", ":scheme", "https", ":authority", "example.com", ":path", "/"];

interface Outcome {
  readonly head: RequestHead;
  readonly result: number | Failure;
}

function readFlat(fields: readonly string[], limits: HeadLimits = DEFAULT_HEAD_LIMITS): Outcome {
  const head = createRequestHead([...fields]);
  return { head, result: readRequestFields(head, limits) };
}

/** As the wire library would have it: repeated names become arrays. */
function dictionaryOf(fields: readonly string[]): FieldDictionary {
  const dictionary = Object.create(null) as Record<string, string | string[]>;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    const value = fields[i + 1] as string;
    const old = dictionary[name];
    dictionary[name] = old === undefined ? value : [...(Array.isArray(old) ? old : [old]), value];
  }
  return dictionary;
}

function readDictionary(fields: readonly string[], limits: HeadLimits = DEFAULT_HEAD_LIMITS): Outcome {
  const head = createRequestHead();
  return { head, result: readRequestDictionary(head, dictionaryOf(fields), limits) };
}

describe.each([
  ["flat array", readFlat],
  ["dictionary", readDictionary],
] as const)("a request head as a %s", (_, read) => {
  test("becomes a head of its parts", () => {
    const { head, result } = read([
      ":method",
      "POST",
      ":scheme",
      "https",
      ":authority",
      "Example.com:443",
      ":path",
      "/a/../b?c=%2f",
      "user-agent",
      "x",
      "content-length",
      "12",
      "x-a",
      "1",
      "x-a",
      "2",
      "te",
      "trailers",
      "x-empty",
      "",
    ]);
    expect(result).toBe(12);
    expect(head.method).toBe("POST");
    expect(head.scheme).toBe("https");
    expect(head.authority).toBe("example.com");
    expect(head.path).toBe("/b?c=%2f");
    expect(head.headers.fields).toEqual([
      "user-agent",
      "x",
      "content-length",
      "12",
      "x-a",
      "1",
      "x-a",
      "2",
      "te",
      "trailers",
      "x-empty",
      "",
    ]);
  });

  test("without content-length gives -1", () => {
    expect(read(GET).result).toBe(-1);
  });

  test("takes the authority from host, which is no field of its own", () => {
    const { head, result } = read([":method", "GET", ":scheme", "https", ":path", "/", "host", "A.example", "x", "y"]);
    expect(result).toBe(-1);
    expect(head.authority).toBe("a.example");
    expect(head.headers.fields).toEqual(["x", "y"]);
  });

  test("takes a host that is another spelling of the authority", () => {
    const { head, result } = read([...GET, "host", "EXAMPLE.com.:443"]);
    expect(result).toBe(-1);
    expect(head.authority).toBe("example.com");
    expect(head.headers.has("host")).toBe(false);
  });

  test("joins cookie crumbs in order", () => {
    const { head } = read([...GET, "cookie", "a=1", "cookie", "b=2", "x", "y", "cookie", "c=3"]);
    expect(head.headers.getAll("cookie")).toEqual(["a=1; b=2; c=3"]);
    expect(head.headers.get("x")).toBe("y");
  });

  test("leaves no separator for an empty crumb", () => {
    const { head } = read([...GET, "cookie", "", "cookie", "a=1", "cookie", "", "cookie", "b=2", "cookie", ""]);
    expect(head.headers.getAll("cookie")).toEqual(["a=1; b=2"]);
  });

  test("keeps one of identical content-lengths, without leading zeros", () => {
    const { head, result } = read([...GET, "content-length", "05", "content-length", "05"]);
    expect(result).toBe(5);
    expect(head.headers.getAll("content-length")).toEqual(["5"]);
  });

  test("takes * for OPTIONS alone", () => {
    const options = read([":method", "OPTIONS", ":scheme", "https", ":authority", "a", ":path", "*"]);
    expect(options.result).toBe(-1);
    expect(options.head.path).toBe("*");
    expect(read([":method", "GET", ":scheme", "https", ":authority", "a", ":path", "*"]).result).toBe(
      FAILURES.invalidPath,
    );
  });

  test("keeps a method that nobody knows, in its case", () => {
    expect(read([":method", "pUrGe", ":scheme", "HTTPS", ":authority", "a", ":path", "/"]).head).toMatchObject({
      method: "pUrGe",
      scheme: "https",
    });
  });

  test("keeps obs-text and tabs inside values", () => {
    const { head } = read([...GET, "x", "caf\u00e9\tau lait"]);
    expect(head.headers.get("x")).toBe("caf\u00e9\tau lait");
  });

  const without = (name: string): string[] => GET.filter((_part, i) => GET[i - (i % 2)] !== name);
  const having = (name: string, value: string): string[] =>
    GET.map((part, i) => (i % 2 === 1 && GET[i - 1] === name ? value : part));

  const refused: [trick: string, fields: string[], failure: Failure][] = [
    ["no method", without(":method"), FAILURES.missingMethod],
    ["no scheme", without(":scheme"), FAILURES.missingScheme],
    ["no path", without(":path"), FAILURES.missingPath],
    ["no authority", without(":authority"), FAILURES.missingAuthority],
    ["an empty authority", having(":authority", ""), FAILURES.missingAuthority],
    ["an empty authority and a host", [...having(":authority", ""), "host", "a"], FAILURES.missingAuthority],
    ["nothing at all", [], FAILURES.missingMethod],
    ["an empty method", having(":method", ""), FAILURES.invalidMethod],
    ["a method with a space", having(":method", "GET /admin"), FAILURES.invalidMethod],
    ["a method that splits the request", having(":method", "GET / HTTP/1.1\r\nx: y"), FAILURES.invalidMethod],
    ["an unknown scheme", having(":scheme", "ftp"), FAILURES.invalidScheme],
    ["a scheme that is a URL", having(":scheme", "https://evil/?"), FAILURES.invalidScheme],
    ["an empty scheme", having(":scheme", ""), FAILURES.invalidScheme],
    ["an empty path", having(":path", ""), FAILURES.invalidPath],
    ["a path without a slash", having(":path", "admin"), FAILURES.invalidPath],
    ["an absolute path", having(":path", "https://example.com/"), FAILURES.invalidPath],
    ["a path with a space", having(":path", "/ HTTP/1.1"), FAILURES.invalidPath],
    ["a path that splits the request", having(":path", "/\r\nhost: evil"), FAILURES.invalidPath],
    ["user information", having(":authority", "user@example.com"), FAILURES.invalidAuthority],
    ["white space in the authority", having(":authority", "example.com evil"), FAILURES.invalidAuthority],
    ["another host", [...GET, "host", "evil.example"], FAILURES.authorityMismatch],
    ["another port", [...GET, "host", "example.com:8443"], FAILURES.authorityMismatch],
    ["an invalid host beside the authority", [...GET, "host", "a@example.com"], FAILURES.authorityMismatch],
    ["two hosts", [...without(":authority"), "host", "a", "host", "b"], FAILURES.invalidAuthority],
    ["two equal hosts", [...without(":authority"), "host", "a", "host", "a"], FAILURES.invalidAuthority],
    ["two methods", [":method", "GET", ...GET], FAILURES.duplicatePseudoHeader],
    ["two paths", [":path", "/", ...GET], FAILURES.duplicatePseudoHeader],
    ["two schemes", [":scheme", "https", ...GET], FAILURES.duplicatePseudoHeader],
    ["two authorities", [":authority", "example.com", ...GET], FAILURES.duplicatePseudoHeader],
    ["a pseudo-header of responses", [":status", "200", ...GET], FAILURES.invalidPseudoHeader],
    ["an unknown pseudo-header", [":x", "y", ...GET], FAILURES.invalidPseudoHeader],
    ["a pseudo-header in upper case", [":Method", "GET", ...GET], FAILURES.invalidPseudoHeader],
    ["a bare colon", [":", "y", ...GET], FAILURES.invalidPseudoHeader],
    ["a pseudo-header after a field", ["x", "y", ...GET], FAILURES.invalidPseudoHeader],
    ["a pseudo-header after host", ["host", "example.com", ...GET], FAILURES.invalidPseudoHeader],
    [":protocol without CONNECT", [":protocol", "websocket", ...GET], FAILURES.invalidPseudoHeader],
    ["CONNECT", [":method", "CONNECT", ":authority", "a:443"], FAILURES.connectNotSupported],
    ["extended CONNECT", [":protocol", "websocket", ...having(":method", "CONNECT")], FAILURES.connectNotSupported],
    ["an upper-case name", [...GET, "X-A", "1"], FAILURES.invalidHeaderName],
    ["an empty name", [...GET, "", "1"], FAILURES.invalidHeaderName],
    ["a name with a space", [...GET, "x ", "1"], FAILURES.invalidHeaderName],
    ["a name with a colon", [...GET, "x:y", "1"], FAILURES.invalidHeaderName],
    ["a name that splits the request", [...GET, "x: y\r\nhost", "1"], FAILURES.invalidHeaderName],
    ["a name with NUL", [...GET, "x\0", "1"], FAILURES.invalidHeaderName],
    ["a name that only looks like ASCII", [...GET, "\u212aeep", "1"], FAILURES.invalidHeaderName],
    ["host in upper case", [...GET, "Host", "evil"], FAILURES.invalidHeaderName],
    ["CR LF in a value", [...GET, "x", "a\r\nb: c"], FAILURES.invalidHeaderValue],
    ["a bare CR in a value", [...GET, "x", "a\rb"], FAILURES.invalidHeaderValue],
    ["a bare LF in a value", [...GET, "x", "a\nb"], FAILURES.invalidHeaderValue],
    ["NUL in a value", [...GET, "x", "a\0b"], FAILURES.invalidHeaderValue],
    ["DEL in a value", [...GET, "x", "a\x7f"], FAILURES.invalidHeaderValue],
    ["a value that is not bytes", [...GET, "x", "a\u010a"], FAILURES.invalidHeaderValue],
    ["a value that starts with a space", [...GET, "x", " a"], FAILURES.invalidHeaderValue],
    ["a value that ends with a tab", [...GET, "x", "a\t"], FAILURES.invalidHeaderValue],
    ["CR LF in a cookie crumb", [...GET, "cookie", "a=1", "cookie", "b\r\nc"], FAILURES.invalidHeaderValue],
    ["CR LF in a second value", [...GET, "x", "a", "x", "b\r\nc"], FAILURES.invalidHeaderValue],
    ["connection", [...GET, "connection", "close"], FAILURES.connectionSpecificHeader],
    ["an empty connection", [...GET, "connection", ""], FAILURES.connectionSpecificHeader],
    ["keep-alive", [...GET, "keep-alive", "timeout=5"], FAILURES.connectionSpecificHeader],
    ["proxy-connection", [...GET, "proxy-connection", "close"], FAILURES.connectionSpecificHeader],
    ["transfer-encoding", [...GET, "transfer-encoding", "chunked"], FAILURES.connectionSpecificHeader],
    ["http2-settings", [...GET, "http2-settings", "AAMAAABkAAQAAP__"], FAILURES.connectionSpecificHeader],
    ["upgrade", [...GET, "upgrade", "websocket"], FAILURES.unsupportedUpgrade],
    ["te with a coding", [...GET, "te", "gzip"], FAILURES.connectionSpecificHeader],
    ["te with more than trailers", [...GET, "te", "trailers, gzip"], FAILURES.connectionSpecificHeader],
    ["two content-lengths", [...GET, "content-length", "5", "content-length", "6"], FAILURES.conflictingContentLength],
    [
      "two spellings of one",
      [...GET, "content-length", "5", "content-length", "05"],
      FAILURES.conflictingContentLength,
    ],
    ["a list of content-lengths", [...GET, "content-length", "5, 5"], FAILURES.invalidContentLength],
    ["a signed content-length", [...GET, "content-length", "+5"], FAILURES.invalidContentLength],
    ["a negative content-length", [...GET, "content-length", "-5"], FAILURES.invalidContentLength],
    ["a hexadecimal content-length", [...GET, "content-length", "0x5"], FAILURES.invalidContentLength],
    ["an empty content-length", [...GET, "content-length", ""], FAILURES.invalidContentLength],
    ["an endless content-length", [...GET, "content-length", "9".repeat(30)], FAILURES.invalidContentLength],
  ];
  test.each(refused)("with %s is refused", (_trick, fields, failure) => {
    const { result } = read(fields);
    expect(result === failure ? failure.code : result).toBe(failure.code);
  });

  test("that is refused holds only what had passed", () => {
    const { head } = read([...GET, "a", "1", "b", "x\r\ny", "c", "2"]);
    expect(head.headers.fields).toEqual(["a", "1"]);
    expect(head.path).toBe("");
    const late = read(having(":path", "/a b"));
    expect(late.head).toMatchObject({ method: "GET", scheme: "https", authority: "example.com", path: "" });
  });

  test("may have as many fields as the limit, and not one more", () => {
    const limits = { maxHeadersCount: 6, maxHeadersBytes: 1000 };
    expect(read([...GET, "a", "1", "a", "2"], limits).result).toBe(-1);
    expect(read([...GET, "a", "1", "a", "2", "a", "3"], limits).result).toBe(FAILURES.tooManyRequestHeaders);
  });

  test("may have as many bytes as the limit, and not one more", () => {
    const used = GET.join("").length;
    const limits = { maxHeadersCount: 100, maxHeadersBytes: used + 10 };
    expect(read([...GET, "abc", "1234567"], limits).result).toBe(-1);
    expect(read([...GET, "abc", "12345678"], limits).result).toBe(FAILURES.requestHeaderFieldsTooLarge);
  });

  test("does not carry anything over to the next one", () => {
    read([...GET, "content-length", "7", "cookie", "a=1", "host", "example.com"]);
    read([...GET, "bad name", ""]);
    const { head, result } = read([":method", "GET", ":scheme", "https", ":path", "/", "host", "b", "cookie", "c=1"]);
    expect(result).toBe(-1);
    expect(head.authority).toBe("b");
    expect(head.headers.fields).toEqual(["cookie", "c=1"]);
    expect(read(without(":path")).result).toBe(FAILURES.missingPath);
  });
});

describe("readRequestDictionary", () => {
  test("does not mind that objects list numeric names first", () => {
    const { head, result } = readDictionary([...GET, "x", "y", "1", "one", "0", "zero"]);
    expect(result).toBe(-1);
    expect(head.headers.getAll("1")).toEqual(["one"]);
    expect(head.headers.count).toBe(3);
    expect(readDictionary([...GET, "1", "a\nb"]).result).toBe(FAILURES.invalidHeaderValue);
    expect(readDictionary(["1a", "b", ...GET]).result).toBe(FAILURES.invalidPseudoHeader);
  });

  test("refuses a name without a value", () => {
    const head = createRequestHead();
    const dictionary: FieldDictionary = { ":method": "GET", x: undefined };
    expect(readRequestDictionary(head, dictionary, DEFAULT_HEAD_LIMITS)).toBe(FAILURES.invalidHeaderValue);
  });
});

describe("readRequestFields", () => {
  test("uses the array that it was given", () => {
    const fields = [...GET, "x", "y", "host", "example.com"];
    const head = createRequestHead(fields);
    readRequestFields(head, DEFAULT_HEAD_LIMITS);
    expect(head.headers.fields).toBe(fields);
    expect(fields).toEqual(["x", "y"]);
  });
});
