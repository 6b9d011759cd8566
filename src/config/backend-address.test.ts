import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseBackendAddress } from "./backend-address.ts";

describe("a backend address", () => {
  test.each([
    ["a.example", true, "https", "a.example", 443, "a.example"],
    ["a.example:8443", true, "https", "a.example", 8443, "a.example:8443"],
    ["a.example", false, "auto", "a.example", 443, "a.example"],
    ["127.0.0.1:7001", false, "auto", "127.0.0.1", 7001, "127.0.0.1:7001"],
    ["https://a.example", false, "https", "a.example", 443, "a.example"],
    ["https://a.example:443", true, "https", "a.example", 443, "a.example"],
    ["http://a.example", true, "http", "a.example", 80, "a.example"],
    ["http://a.example:443", true, "http", "a.example", 443, "a.example:443"],
    ["HTTP://A.Example.:81", true, "http", "a.example", 81, "a.example:81"],
    ["[::1]:443", true, "https", "::1", 443, "[::1]"],
    ["http://[2001:DB8:0::1]:8080", true, "http", "2001:db8::1", 8080, "[2001:db8::1]:8080"],
    ["localhost:1", true, "https", "localhost", 1, "localhost:1"],
    ["bücher.example", true, "https", "xn--bcher-kva.example", 443, "xn--bcher-kva.example"],
    ["https:443", true, "https", "https", 443, "https"],
  ] as const)("%s with verification %p is read", (text, isVerified, scheme, host, port, authority) => {
    expect(parseBackendAddress(text, isVerified)).toEqual({ scheme, host, port, authority });
  });

  test.each([
    "",
    " a.example",
    "a.example ",
    "a.example\t:1",
    "ftp://a.example",
    "auto://a.example",
    "://a.example",
    "http://",
    "http://:80",
    ":80",
    "a.example:",
    "a.example:0",
    "a.example:65536",
    "a.example:080000",
    "a.example:+1",
    "a.example:1:2",
    "::1",
    "2001:db8::1",
    "[::1",
    "[::1]x",
    "[::1]:",
    "[a.example]:1",
    "[::1%eth0]:1",
    "[127.0.0.1]:1",
    "a.example/",
    "http://a.example/x",
    "http://a.example?x",
    "http://a.example#x",
    "http:\\\\a.example",
    "http://u:p@a.example",
    "a_b.example",
    "-a.example",
    "a..example",
    "*.example",
    "1.2.3",
    "256.1.1.1",
    "0x7f.1",
    `${"a".repeat(64)}.example`,
    `${"a.".repeat(127)}example`,
  ])("%p is refused with a reason", (text) => {
    expect(parseBackendAddress(text, true)).toHaveProperty("problem");
    expect(parseBackendAddress(text, false)).toHaveProperty("problem");
  });

  test("that was read is the same when its authority is read again", () => {
    fc.assert(
      fc.property(
        fc.domain(),
        fc.integer({ min: 1, max: 65535 }),
        fc.constantFrom("https", "http"),
        (host, port, scheme) => {
          const endpoint = parseBackendAddress(`${scheme}://${host}:${port}`, true);
          if ("problem" in endpoint) throw new Error(endpoint.problem);
          expect(parseBackendAddress(`${scheme}://${endpoint.authority}`, true)).toEqual(endpoint);
        },
      ),
    );
  });

  test("never throws, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.boolean(),
        (text, verify) => void parseBackendAddress(text, verify),
      ),
    );
  });
});
