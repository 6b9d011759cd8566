import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { canonicalPath, pathOf } from "./path.ts";

describe("canonicalPath", () => {
  const cases: [raw: string, canonical: string | undefined][] = [
    ["/", "/"],
    ["/a/b", "/a/b"],
    ["/a/b/", "/a/b/"],
    ["/a?x=1", "/a?x=1"],
    ["/?", "/?"],
    // Escapes.
    ["/%61dmin", "/admin"],
    ["/%41%7E%2D%5f%2E%30", "/A~-_.0"],
    ["/a%3ab", "/a%3Ab"],
    ["/caf%c3%a9", "/caf%C3%A9"],
    ["/%20", "/%20"],
    ["/%25", "/%25"],
    ["/%252e%252e/a", "/%252e%252e/a"],
    ["/%25%32%65", "/%252e"],
    ['/a"<>[]^`{|}', "/a%22%3C%3E%5B%5D%5E%60%7B%7C%7D"],
    ["/%", undefined],
    ["/%4", undefined],
    ["/%zz", undefined],
    ["/%4/", undefined],
    ["/a%?b", undefined],
    ["/%2", undefined],
    ["/%u002f", undefined],
    ["/%2fadmin", undefined],
    ["/a%2Fb", undefined],
    ["/a%5cb", undefined],
    ["/a%5Cb", undefined],
    ["/a\\b", undefined],
    ["/a%00b", undefined],
    // Dot segments.
    ["/.", "/"],
    ["/..", "/"],
    ["/../..", "/"],
    ["/a/.", "/a/"],
    ["/a/..", "/"],
    ["/a/b/..", "/a/"],
    ["/a/b/../", "/a/"],
    ["/a/./b", "/a/b"],
    ["/a/../b", "/b"],
    ["/../../etc/passwd", "/etc/passwd"],
    ["/a/%2e%2e/b", "/b"],
    ["/a/%2E./b", "/b"],
    ["/a/.%2e/b", "/b"],
    ["/a/%2e/b", "/a/b"],
    ["/a/../../../b", "/b"],
    ["/...", "/..."],
    ["/a/...", "/a/..."],
    ["/..a", "/..a"],
    ["/a..", "/a.."],
    ["/.well-known/x", "/.well-known/x"],
    ["/.well-known/x?y", "/.well-known/x?y"],
    ["/..;/admin", undefined],
    ["/a/..;x=1/admin", undefined],
    ["/.;/admin", undefined],
    ["/%2e%2e%3b/admin", undefined],
    ["/.%2e;/admin", undefined],
    ["/a;x=1/b", "/a;x=1/b"],
    ["/.a;x", "/.a;x"],
    // Slashes.
    ["//", "/"],
    ["//admin", "/admin"],
    ["/a//b///c", "/a/b/c"],
    ["/a//", "/a/"],
    ["/a//../b", "/b"],
    ["//evil.example/x", "/evil.example/x"],
    // Query.
    ["/a?x=/../%2f//%zz", "/a?x=/../%2f//%zz"],
    ["//a?b?c", "/a?b?c"],
    ["/a/..?q=/x/..", "/?q=/x/.."],
    ["/a?b c", undefined],
    ["/a?b\r\nx: y", undefined],
    ["/a?b#c", undefined],
    ["//a?b#c", undefined],
    ["/a?\u00e4", undefined],
    // Not origin-form.
    ["", undefined],
    ["a", undefined],
    ["*", undefined],
    ["?x", undefined],
    ["%2fa", undefined],
    ["http://example.com/", undefined],
    ["/a#b", undefined],
    ["/a b", undefined],
    ["/a\tb", undefined],
    ["/a\u0000b", undefined],
    ["/a\u007f", undefined],
    ["/\u00e4", undefined],
    ["/\uff0e\uff0e/", undefined],
  ];
  test.each(cases)("makes %j %j", (raw, expected) => {
    expect(canonicalPath(raw)).toBe(expected as string);
  });

  const piece = fc.constantFrom(
    ..."/ / // . .. ... a b A z ~ - _ ; : @ % %2e %2E %2f %5c \\ %00 %25 %41 %7e %c3 %3b %2 %zz ? # & = | [".split(" "),
    " ",
    "\u00e4",
    "\n",
  );
  const rawPath = fc.array(piece, { maxLength: 14 }).map((pieces) => `/${pieces.join("")}`);

  test("changes nothing more when it is applied again", () => {
    fc.assert(
      fc.property(rawPath, (raw) => {
        const once = canonicalPath(raw);
        if (once !== undefined) expect(canonicalPath(once)).toBe(once);
      }),
      { numRuns: 5000 },
    );
  });

  test("leaves nothing that a later reader could still decode, shorten or climb with", () => {
    let accepted = 0;
    fc.assert(
      fc.property(rawPath, (raw) => {
        const canonical = canonicalPath(raw);
        if (canonical === undefined) return;
        accepted++;
        const path = pathOf(canonical);
        expect(path).toMatch(/^\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-F]{2})*$/);
        expect(path).not.toMatch(/%(?:2F|5C|00|2E|2D|5F|7E|3\d|[46][1-9A-F]|[57][0-9A])/);
        expect(path).not.toContain("//");
        for (const segment of path.split("/")) expect(["..", "."]).not.toContain(segment);
      }),
      { numRuns: 5000 },
    );
    expect(accepted).toBeGreaterThan(200);
  });

  test("agrees with the URL parser of the platform on where a path leads, slashes apart", () => {
    const segment = fc.constantFrom("a", "b", "..", ".", "%2e", ".%2E", "c%3Ad", "...");
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 10 }), (segments) => {
        const raw = `/${segments.join("/")}`;
        expect(canonicalPath(raw)).toBe(new URL(raw, "http://example.com").pathname);
      }),
    );
  });

  test("never touches the query", () => {
    const query = fc.stringMatching(/^[!-"$-~]*$/);
    fc.assert(
      fc.property(rawPath, query, (raw, text) => {
        const path = canonicalPath(pathOf(raw));
        const whole = canonicalPath(`${pathOf(raw)}?${text}`);
        if (path === undefined) expect(whole).toBeUndefined();
        else expect(whole).toBe(`${path}?${text}`);
      }),
    );
  });

  test("takes time in proportion to the length", () => {
    const hostile = `/${"a/../".repeat(3000)}`;
    const start = performance.now();
    expect(canonicalPath(hostile)).toBe("/");
    expect(canonicalPath(`/${"%41".repeat(5000)}`)).toBe(`/${"A".repeat(5000)}`);
    expect(performance.now() - start).toBeLessThan(200);
  });
});

describe("pathOf", () => {
  test("ends before the first question mark", () => {
    expect(pathOf("/a?b?c")).toBe("/a");
    expect(pathOf("/a")).toBe("/a");
  });
});
