import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { FilterTrial, refusalOf } from "../../../test/support/filter-trial.ts";

async function paths(rules: Record<string, string | number | boolean>[], ...sent: string[]): Promise<string[]> {
  const trial = await FilterTrial.open("path-rewrite", { rules });
  const results = sent.map((path) => {
    const outcome = trial.send({ path });
    return outcome.isReply ? `${outcome.status} ${outcome.response.get("location")}` : outcome.path;
  });
  trial.close();
  return results;
}

describe("path-rewrite", () => {
  test("replaces prefixes at whole segments, and keeps the query", async () => {
    const rules = [{ prefix: "/api/v1", rewrite: "/v2" }];
    expect(await paths(rules, "/api/v1", "/api/v1/", "/api/v1/a/b?x=1", "/api/v10", "/api", "/")).toEqual([
      ...["/v2", "/v2/", "/v2/a/b?x=1", "/api/v10", "/api", "/"],
    ]);
    expect(await paths([{ prefix: "/", rewrite: "/site" }], "/", "/a?b")).toEqual(["/site/", "/site/a?b"]);
    expect(await paths([{ prefix: "/site/", rewrite: "/" }], "/site", "/site/a")).toEqual(["/", "/a"]);
  });

  test("puts segments where the target names them", async () => {
    const rules = [{ match: "/shop/{category}/{item}/{*rest}", rewrite: "/i/{item}/in/{category}/{rest}" }];
    expect(await paths(rules, "/shop/shoes/7/a/b?c", "/shop/shoes/7", "/shop/shoes", "/shop//7/a")).toEqual([
      ...["/i/7/in/shoes/a/b?c", "/i/7/in/shoes/", "/shop/shoes", "/shop//7/a"],
    ]);
  });

  test("redirects, with the status that is asked for, to other sites too", async () => {
    const rules = [
      { match: "/old", redirect: "/new?from=old", status: 308 },
      { prefix: "/docs", redirect: "https://docs.example", status: 301 },
      { match: "/u/{name}", redirect: "https://users.example/{name}", keep_query: false },
    ];
    expect(await paths(rules, "/old", "/old?a=1", "/docs", "/docs/a?b", "/u/ann?x=1")).toEqual([
      "308 /new?from=old",
      "308 /new?from=old&a=1",
      "301 https://docs.example",
      "301 https://docs.example/a?b",
      "302 https://users.example/ann",
    ]);
  });

  test("uses the first rule that matches", async () => {
    const rules = [
      { match: "/a/b", rewrite: "/first" },
      { prefix: "/a", rewrite: "/second" },
    ];
    expect(await paths(rules, "/a/b", "/a/c")).toEqual(["/first", "/second/c"]);
  });

  test("leads nobody to a site that the request names", async () => {
    const rules = [
      { match: "/go/{*where}", redirect: "/{where}" },
      { prefix: "/old", redirect: "/" },
    ];
    const trial = await FilterTrial.open("path-rewrite", { rules });
    const part = fc.constantFrom("/", "\\", "evil.test", "a", "//", "/\\", "%2f", ".");
    fc.assert(
      fc.property(fc.constantFrom("/go", "/old"), fc.array(part, { maxLength: 6 }), (start, parts) => {
        const { response } = trial.send({ path: `${start}/${parts.join("")}` });
        const location = new URL(response.get("location") ?? "", "https://shop.example");
        expect(location.origin).toBe("https://shop.example");
      }),
      { numRuns: 500 },
    );
    trial.close();
  });

  test("replaces prefixes as a model does", async () => {
    const trial = await FilterTrial.open("path-rewrite", { rules: [{ prefix: "/a/b", rewrite: "/x" }] });
    const path = fc
      .array(fc.constantFrom("a", "b", "bb", "", "c"), { minLength: 1, maxLength: 5 })
      .map((parts) => `/${parts.join("/")}`)
      // The proxy gives paths their canonical form before filters see them, and again when a filter has written one.
      .filter((text) => !text.includes("//"));
    fc.assert(
      fc.property(path, fc.constantFrom("", "?q=/a/b"), (text, query) => {
        const isBelow = text === "/a/b" || text.startsWith("/a/b/");
        const expected = isBelow ? `/x${text.slice(4)}` : text;
        expect(trial.send({ path: text + query }).path).toBe(expected + query);
      }),
    );
    trial.close();
  });

  test("refuses rules that cannot be what was meant", async () => {
    const refusal = (rule: Record<string, string | number>): Promise<string> =>
      refusalOf("path-rewrite", { rules: [rule] });
    expect(await refusal({ match: "a", rewrite: "/b" })).toContain("rules[0].match: must be a path");
    expect(await refusal({ match: "/{*a}/b", rewrite: "/b" })).toContain("rules[0].match");
    expect(await refusal({ match: "/{a}/{a}", rewrite: "/b" })).toContain("rules[0].match");
    expect(await refusal({ match: "/a{b}", rewrite: "/b" })).toContain("rules[0].match");
    expect(await refusal({ match: "/{a}", rewrite: "/{b}" })).toContain("names {b}");
    expect(await refusal({ match: "/a", rewrite: "https://b.example" })).toContain("must be a path");
    expect(await refusal({ match: "/a", redirect: "//b.example" })).toContain("rules[0].redirect");
    expect(await refusal({ match: "/{a}", redirect: "https://{a}.example/" })).toContain("capture in its host");
    expect(await refusal({ match: "/{a}", redirect: "https://b.example{a}" })).toContain("capture in its host");
    expect(await refusal({ match: "/a", redirect: "/b", status: 304 })).toContain("rules[0].status");
    expect(await refusal({ match: "/a" })).toContain("rules[0].rewrite");
    expect(await refusalOf("path-rewrite", {})).toContain("rules: at least one");
  });
});
