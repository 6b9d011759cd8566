import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { ForwardedClient, ForwardedMode } from "./forwarded.ts";
import { createForwardedClient } from "./forwarded.ts";
import { checkRequestHead } from "./head-check.ts";
import { createRequestHead } from "./head.ts";
import type { HeaderList } from "./header-list.ts";
import { applyUpstreamHeaders } from "./upstream-headers.ts";

const IPV4 = createForwardedClient("192.0.2.1", "https", "HTTP/3");

function apply(
  fields: readonly string[],
  mode: ForwardedMode = "overwrite",
  client: ForwardedClient = IPV4,
): HeaderList {
  const head = createRequestHead([...fields]);
  head.method = "GET";
  head.scheme = "https";
  head.authority = "rewritten.example";
  head.path = "/";
  applyUpstreamHeaders(head, mode, client, "example.com", "id-1");
  return head.headers;
}

const INBOUND = [
  "x-forwarded-for",
  "203.0.113.9",
  "x-forwarded-for",
  "203.0.113.8",
  "x-forwarded-proto",
  "http",
  "x-forwarded-host",
  "inbound.example",
  "forwarded",
  "for=203.0.113.9",
  "via",
  "1.1 edge",
  "x-request-id",
  "old",
];

describe("applyUpstreamHeaders", () => {
  test("tells the backend about the client", () => {
    expect(apply(["user-agent", "x"]).fields).toEqual([
      "user-agent",
      "x",
      "x-forwarded-for",
      "192.0.2.1",
      "x-forwarded-proto",
      "https",
      "x-forwarded-host",
      "example.com",
      "forwarded",
      'for=192.0.2.1;proto=https;host="example.com"',
      "x-request-id",
      "id-1",
      "via",
      "3 spooky",
    ]);
  });

  test("writes IPv6 bare in x-forwarded-for and quoted in brackets in forwarded", () => {
    const headers = apply([], "overwrite", createForwardedClient("2001:db8::1", "https", "HTTP/1.1"));
    expect(headers.get("x-forwarded-for")).toBe("2001:db8::1");
    expect(headers.get("forwarded")).toBe('for="[2001:db8::1]";proto=https;host="example.com"');
    expect(headers.get("via")).toBe("1.1 spooky");
  });

  test("overwrites what a client claims", () => {
    const headers = apply(INBOUND, "overwrite");
    expect(headers.getAll("x-forwarded-for")).toEqual(["192.0.2.1"]);
    expect(headers.getAll("x-forwarded-proto")).toEqual(["https"]);
    expect(headers.getAll("x-forwarded-host")).toEqual(["example.com"]);
    expect(headers.getAll("forwarded")).toEqual(['for=192.0.2.1;proto=https;host="example.com"']);
  });

  test("appends to what came in, in one field", () => {
    const headers = apply(INBOUND, "append");
    expect(headers.getAll("x-forwarded-for")).toEqual(["203.0.113.9, 203.0.113.8, 192.0.2.1"]);
    expect(headers.getAll("x-forwarded-proto")).toEqual(["http, https"]);
    expect(headers.getAll("x-forwarded-host")).toEqual(["inbound.example, example.com"]);
    expect(headers.getAll("forwarded")).toEqual(['for=203.0.113.9, for=192.0.2.1;proto=https;host="example.com"']);
  });

  test("preserves what came in, and fills in what did not", () => {
    const headers = apply(["x-forwarded-for", "203.0.113.9", "x-forwarded-proto", ""], "preserve");
    expect(headers.getAll("x-forwarded-for")).toEqual(["203.0.113.9"]);
    expect(headers.getAll("x-forwarded-proto")).toEqual(["https"]);
    expect(headers.getAll("x-forwarded-host")).toEqual(["example.com"]);
  });

  test("adds itself to via in every mode, and sets the request id once", () => {
    for (const mode of ["overwrite", "append", "preserve"] as const) {
      const headers = apply([...INBOUND, "via", "2 inner"], mode);
      expect(headers.getAll("via")).toEqual(["1.1 edge, 2 inner, 3 spooky"]);
      expect(headers.getAll("x-request-id")).toEqual(["id-1"]);
    }
  });

  test("removes what was for this proxy alone", () => {
    const removed = ["proxy-foo", "1", "trailer", "x", "host", "a", "te", "gzip", "proxy-authorization", "Basic x"];
    removed.push("connection", "close", "keep-alive", "1", "upgrade", "h2c", "transfer-encoding", "chunked");
    removed.push("proxy-connection", "close");
    expect(apply(["a", "1", ...removed, "b", "2"]).fields.slice(0, 6)).toEqual([
      "a",
      "1",
      "b",
      "2",
      "x-forwarded-for",
      "192.0.2.1",
    ]);
  });

  test("keeps te: trailers, on which gRPC depends, and content-length", () => {
    const headers = apply(["te", "trailers", "te", "trailers", "content-length", "5"]);
    expect(headers.getAll("te")).toEqual(["trailers"]);
    expect(headers.getAll("content-length")).toEqual(["5"]);
  });

  test("yields a valid head with each of its fields once, whatever came in", () => {
    const own = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded", "x-request-id", "via"];
    const name = fc.constantFrom(
      ...own,
      "te",
      "trailer",
      "connection",
      "proxy-x",
      "upgrade",
      "host",
      "a",
      "b",
      "cookie",
    );
    const value = fc.constantFrom("", "a", "b, c", '"d"', "trailers");
    const mode = fc.constantFrom<ForwardedMode>("overwrite", "append", "preserve");
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 16 }), mode, (pairs, forwardedMode) => {
        const head = createRequestHead(pairs.flat());
        Object.assign(head, { method: "GET", scheme: "https", authority: "a", path: "/" });
        const plain = pairs.filter(([field]) => ["a", "b", "cookie"].includes(field)).flat();
        applyUpstreamHeaders(head, forwardedMode, IPV4, "example.com", "id");
        expect(checkRequestHead(head, -1)).toBeUndefined();
        for (const field of own) expect(head.headers.getAll(field)).toHaveLength(1);
        expect(head.headers.fields.slice(0, plain.length)).toEqual(plain);
        expect(head.headers.get("x-forwarded-for")?.endsWith("192.0.2.1") || forwardedMode === "preserve").toBe(true);
      }),
    );
  });
});
