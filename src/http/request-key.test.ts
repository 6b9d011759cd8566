import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Connection } from "./exchange.ts";
import { createForwardedClient } from "./forwarded.ts";
import type { RequestHead } from "./head.ts";
import { HeaderList } from "./header-list.ts";
import { hashText } from "./key-hash.ts";
import { createRequestHasher, parseRequestKey, type RequestHasherOptions } from "./request-key.ts";

const CONNECTION: Connection = {
  id: 1,
  stickyKey: -123_456,
  version: "HTTP/3",
  clientAddress: "192.0.2.7",
  clientPort: 51234,
  localAddress: "192.0.2.1",
  localPort: 443,
  serverName: "shop.example",
  forwarded: createForwardedClient("192.0.2.7", "https", "HTTP/3"),
};

function request(path: string, ...fields: string[]): RequestHead {
  return { method: "GET", scheme: "https", authority: "shop.example", path, headers: new HeaderList(fields) };
}

function hashOf(key: string | undefined, head: RequestHead, options: Partial<RequestHasherOptions> = {}): number {
  return createRequestHasher({ key, isSticky: false, trustsForwarded: false, ...options })(head, CONNECTION);
}

/** What stands in when a request does not have what the key names. */
const FALLBACK = hashText("shop.example");

describe("a request key", () => {
  test.each<[key: string, path: string, fields: string[], text: string]>([
    ["path", "/a/b?c=d", [], "/a/b"],
    ["path", "/a/b", [], "/a/b"],
    ["authority", "/", [], "shop.example"],
    ["METHOD", "/", [], "GET"],
    ["peer_ip", "/", ["x-forwarded-for", "198.51.100.1"], "192.0.2.7"],
    ["client_ip", "/", ["x-forwarded-for", "198.51.100.1"], "192.0.2.7"],
    ["bearer_token", "/", ["authorization", "bearer  abc.def"], "abc.def"],
    ["header:X-User", "/", ["x-user", "ann", "x-user", "bob"], "ann"],
    ["header: x-user", "/", ["x-user", "ann"], "ann"],
    ["cookie:sid", "/", ["cookie", "sidx=1; xsid=2; sid=three; sid=4"], "three"],
    ["cookie:sid", "/", ["cookie", "a=1", "cookie", "sid=three"], "three"],
    ["cookie:sid", "/", ["cookie", "sid=; sid=a=b "], "a=b"],
    ["query:user", "/p?xuser=1&users=2&user=ann&user=bob", [], "ann"],
    ["query:user", "/p?user=a?b", [], "a?b"],
    ["query:u%2B", "/p?u%2B=%41", [], "%41"],
  ])("%s of %s with %j is %s", (key, path, fields, text) => {
    expect(hashOf(key, request(path, ...fields))).toBe(hashText(text));
  });

  test.each(["cid", "sticky-cid"])("%s is the connection's number", (key) => {
    expect(hashOf(key, request("/"))).toBe(CONNECTION.stickyKey);
  });

  test("client_ip believes x-forwarded-for only where it is to be believed", () => {
    const head = request("/", "x-forwarded-for", " 198.51.100.1 , 203.0.113.5");
    expect(hashOf("client_ip", head, { trustsForwarded: true })).toBe(hashText("198.51.100.1"));
    expect(hashOf("client_ip", request("/"), { trustsForwarded: true })).toBe(hashText("192.0.2.7"));
    expect(hashOf("peer_ip", head, { trustsForwarded: true })).toBe(hashText("192.0.2.7"));
  });
});

describe("what stands in for a key", () => {
  test.each<[key: string | undefined, path: string, fields: string[]]>([
    [undefined, "/a", []],
    ["nonsense", "/a", []],
    ["header:x-user", "/a", []],
    ["header:x-user", "/a", ["x-user", ""]],
    ["cookie:sid", "/a", ["cookie", "sid"]],
    ["cookie:sid", "/a", ["cookie", "xsid=1; sid=; Sid=2"]],
    ["query:user", "/user=1", []],
    ["query:user", "/a?user", []],
    ["query:user", "/a?user&=1", []],
    ["query:user", "/a?User=1", []],
    ["bearer_token", "/a", ["authorization", "Basic abc"]],
    ["bearer_token", "/a", ["authorization", "Bearer "]],
    ["bearer_token", "/a", ["authorization", "Bearerabc"]],
  ])("is the authority for %p, %s and %j, and the connection when sticky", (key, path, fields) => {
    expect(hashOf(key, request(path, ...fields))).toBe(FALLBACK);
    expect(hashOf(key, request(path, ...fields), { isSticky: true })).toBe(CONNECTION.stickyKey);
  });

  test("is the path without an authority, and the method without either", () => {
    expect(hashOf(undefined, { ...request("/a?b"), authority: "" })).toBe(hashText("/a"));
    expect(hashOf(undefined, { ...request(""), authority: "" })).toBe(hashText("GET"));
    expect(hashOf(undefined, { ...request(""), authority: "", method: "" })).toBe(0);
  });
});

test("names of fields lose their case, those of cookies and parameters keep it", () => {
  expect(parseRequestKey(" Header: X-User ")).toEqual({ kind: "header", name: "x-user" });
  expect(parseRequestKey("COOKIE:Sid")).toEqual({ kind: "cookie", name: "Sid" });
  expect(parseRequestKey("query:Q")).toEqual({ kind: "query", name: "Q" });
  expect(parseRequestKey("path:x")).toBeUndefined();
});

test("a cookie is found as by cutting the fields up", () => {
  const piece = fc.constantFrom("a", "b", "=", ";", " ", "&", "?", "ab");
  fc.assert(
    fc.property(fc.array(fc.array(piece, { maxLength: 12 }), { maxLength: 3 }), (fields) => {
      const values = fields.map((pieces) => pieces.join(""));
      const pairs = values.flatMap((value) => value.split(";")).map((pair) => pair.replace(/^[ \t]+/, ""));
      const found = pairs.filter((pair) => pair.startsWith("a=")).map((pair) => pair.slice(2).trim());
      const expected = found.find((value) => value !== "");
      const head = request("/", ...values.flatMap((value) => ["cookie", value]));
      expect(hashOf("cookie:a", head)).toBe(expected === undefined ? FALLBACK : hashText(expected));
    }),
    { numRuns: 2000 },
  );
});

describe("a hash", () => {
  test("of a part is that of the part cut out", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(20), fc.nat(20), (text, start, length) => {
        const end = Math.min(text.length, start + length);
        expect(hashText(text, start, end)).toBe(hashText(text.slice(start, end)));
      }),
    );
  });

  test("stays what it is: backends of clients would change with it", () => {
    expect([hashText(""), hashText("a"), hashText("/images/1.png")]).toMatchInlineSnapshot(`
      [
        -1421968373,
        444641715,
        -762903955,
      ]
    `);
  });

  test("has bits that all change when one character does", () => {
    const flips = new Array<number>(32).fill(0);
    for (let index = 0; index < 2000; index++) {
      const difference = hashText(`/item/${index}`) ^ hashText(`/item/${index + 1}`);
      for (let bit = 0; bit < 32; bit++) flips[bit] = (flips[bit] ?? 0) + ((difference >>> bit) & 1);
    }
    for (const count of flips) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
