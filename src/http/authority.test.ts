import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { canonicalAuthority, hostOf } from "./authority.ts";

describe("canonicalAuthority", () => {
  const cases: [raw: string, https: string | undefined][] = [
    ["example.com", "example.com"],
    ["Example.COM", "example.com"],
    ["example.com.", "example.com"],
    ["example.com:443", "example.com"],
    ["example.com.:443", "example.com"],
    ["EXAMPLE.com.:8443", "example.com:8443"],
    ["example.com:80", "example.com:80"],
    ["example.com:", "example.com"],
    ["example.com:08443", "example.com:8443"],
    ["a_b-c.example", "a_b-c.example"],
    ["127.0.0.1:9889", "127.0.0.1:9889"],
    ["[::1]", "[::1]"],
    ["[::1]:443", "[::1]"],
    ["[2001:DB8::1]:9889", "[2001:db8::1]:9889"],
    ["", undefined],
    [":443", undefined],
    [".", undefined],
    [".example.com", undefined],
    ["a..b", undefined],
    ["a..", undefined],
    ["user@example.com", undefined],
    ["user:pw@example.com", undefined],
    ["example.com:0", undefined],
    ["example.com:65536", undefined],
    ["example.com:4a", undefined],
    ["example.com:443:443", undefined],
    ["example.com:-1", undefined],
    ["example.com:000443", undefined],
    ["exa mple.com", undefined],
    ["example.com\t", undefined],
    ["example.com/", undefined],
    ["example.com?x", undefined],
    ["example.com#x", undefined],
    ["example.com\\x", undefined],
    ["a,b", undefined],
    ["ex%61mple.com", undefined],
    ["ex\u00e4mple.com", undefined],
    ["\u212aelvin", undefined],
    ["::1", undefined],
    ["[::1", undefined],
    ["[::1]x", undefined],
    ["[::1]:", "[::1]"],
    ["[::1]:x", undefined],
    ["[fe80::1%25eth0]", undefined],
    ["[fe80::1%eth0]", undefined],
    ["[1.2.3.4]", undefined],
    ["[v1.x]", undefined],
    ["[]", undefined],
    ["a".repeat(254), "a".repeat(254)],
    ["a".repeat(255), undefined],
  ];
  test.each(cases)("makes %j %j", (raw, expected) => {
    expect(canonicalAuthority(raw, "https")).toBe(expected as string);
  });

  test("knows the default port of each scheme", () => {
    expect(canonicalAuthority("a:80", "http")).toBe("a");
    expect(canonicalAuthority("a:443", "http")).toBe("a:443");
  });

  test("changes nothing more when it is applied again", () => {
    const label = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
    const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
    const tail = fc.constantFrom("", ".", ":", ":443", ":80", ".:8080", ":007", "@", ":x");
    fc.assert(
      fc.property(host, tail, fc.constantFrom("https", "http"), (name, end, scheme) => {
        const once = canonicalAuthority(name + end, scheme);
        if (once === undefined) return;
        expect(canonicalAuthority(once, scheme)).toBe(once);
        expect(once).toMatch(/^[a-z0-9._-]+(?::[1-9]\d*)?$/);
        expect(hostOf(once)).toBe(name.toLowerCase());
      }),
    );
  });

  test("lets no character through that separates parts of a URL", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 20 }), (raw) => {
        const canonical = canonicalAuthority(raw, "https");
        if (canonical !== undefined) expect(canonical).toMatch(/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d+)?$/);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("hostOf", () => {
  test("gives the name alone", () => {
    expect(hostOf("example.com")).toBe("example.com");
    expect(hostOf("Example.com.:8443")).toBe("example.com");
    expect(hostOf("[::1]:443")).toBe("::1");
    expect(hostOf("[::1]")).toBe("::1");
    expect(hostOf("")).toBe("");
  });
});
