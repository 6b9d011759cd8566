import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { DEFAULT_HEAD_LIMITS } from "./head-limits.ts";
import { HeaderList } from "./header-list.ts";
import { readTrailers } from "./trailers.ts";

function read(fields: string[], isHttp1 = false): HeaderList | undefined {
  const list = new HeaderList(fields);
  return readTrailers(list, isHttp1, DEFAULT_HEAD_LIMITS) ? list : undefined;
}

describe("readTrailers", () => {
  test("keeps what trailers are for", () => {
    const fields = ["grpc-status", "0", "grpc-message", "", "x-checksum", "abc", "x-checksum", "def"];
    expect(read([...fields])?.fields).toEqual(fields);
  });

  test.each([
    ["a pseudo-header", [":path", "/"]],
    ["a status", [":status", "200"]],
    ["an upper-case name", ["X", "1"]],
    ["CR LF in a value", ["x", "a\r\nb"]],
    ["NUL in a value", ["x", "\0"]],
    ["an empty name", ["", "1"]],
    ["connection", ["connection", "close"]],
    ["transfer-encoding", ["transfer-encoding", "chunked"]],
    ["upgrade", ["upgrade", "h2c"]],
    ["te", ["te", "trailers"]],
    ["too many fields", Array.from({ length: 129 * 2 }, () => "x")],
    ["too many bytes", ["x", "y".repeat(16384)]],
  ])("refuses %s", (_trick, fields) => {
    expect(read(["a", "b", ...fields])).toBeUndefined();
  });

  const mayNotBeTrailers = [
    "content-length host trailer content-type content-encoding content-range authorization",
    "cookie set-cookie expect range max-forwards cache-control if-match",
    "location vary x-forwarded-for x-forwarded-proto x-forwarded-host x-forwarded-port forwarded",
    "via x-request-id x-real-ip proxy-authorization proxy-anything www-authenticate retry-after",
  ].flatMap((names) => names.split(" "));
  test.each(mayNotBeTrailers)("drops %s", (name) => {
    expect(read([name, "1", "x", "y"])?.fields).toEqual(["x", "y"]);
    expect(read([name.toUpperCase(), "1", "X", " y "], true)?.fields).toEqual(["x", "y"]);
  });

  test("drops fields of the connection on HTTP/1.1, where they are allowed", () => {
    expect(read(["Connection", "close", "X", "y", "Transfer-Encoding", "chunked"], true)?.fields).toEqual(["x", "y"]);
  });

  test("changes nothing more when it is applied again", () => {
    const name = fc.constantFrom(
      "x",
      "grpc-status",
      "host",
      "via",
      "cookie",
      "te",
      "connection",
      "X-Y",
      ":path",
      "b c",
    );
    const value = fc.constantFrom("", "1", " 1", "a\tb", "a\n", "\u00e9");
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), fc.boolean(), (pairs, isHttp1) => {
        const once = read(pairs.flat(), isHttp1);
        if (once === undefined) return;
        expect(read([...once.fields])?.fields).toEqual(once.fields);
      }),
    );
  });
});
