import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { RouteSpec } from "../policy.ts";
import { loadPolicyModule } from "./load-policy-module.ts";
import { createRouter } from "./router.ts";

const MODULE = loadPolicyModule({ builtin: "router" });

function route(spec: Partial<RouteSpec>): RouteSpec {
  return { host: "", pathPrefix: "", method: "", upstreamName: "u", ...spec };
}

/** Upstream that is chosen, or undefined. */
function choose(routes: readonly RouteSpec[], authority: string, path: string, method = "GET"): string | undefined {
  return routes[createRouter(MODULE, routes).match(authority, path, method)]?.upstreamName;
}

describe("path prefixes", () => {
  const routes = [route({ pathPrefix: "/api", upstreamName: "api" })];

  test.each(["/api", "/api/", "/api/x", "/api?x=1", "/api/x?y=/z", "/api?", "/api//x"])("match %s", (path) => {
    expect(choose(routes, "h", path)).toBe("api");
  });

  test.each(["/apix", "/ap", "/", "", "/API", "/x/api", "api", "/apix?/api", "?/api"])("do not match %s", (path) => {
    expect(choose(routes, "h", path)).toBeUndefined();
  });

  test("with a last slash match as without it", () => {
    const slashed = [route({ pathPrefix: "/api/" })];
    for (const path of ["/api", "/api/", "/api/x", "/api?x"]) expect(choose(slashed, "h", path)).toBe("u");
    expect(choose(slashed, "h", "/apix")).toBeUndefined();
  });

  test.each(["", "/"])("of %p match every path", (pathPrefix) => {
    for (const path of ["/", "/x/y", "*", "", "?q"]) expect(choose([route({ pathPrefix })], "h", path)).toBe("u");
  });

  test("longer than a short path do not match what lay in the buffer before", () => {
    const router = createRouter(MODULE, [route({ pathPrefix: "/abcdef" })]);
    expect(router.match("h", "/abcdef", "GET")).toBe(0);
    expect(router.match("h", "/abc", "GET")).toBe(-1);
    expect(router.match("h", "", "GET")).toBe(-1);
  });

  test("are not matched by a path that only begins with them before a character of several bytes", () => {
    expect(choose(routes, "h", "/api\u20ac")).toBeUndefined();
    expect(choose(routes, "h", "/api/\u20ac")).toBe("api");
    // Its low byte is a slash.
    expect(choose(routes, "h", "/api\u012f")).toBeUndefined();
  });

  test("may be long, on long paths", () => {
    const pathPrefix = `/${"long/".repeat(400)}end`;
    expect(choose([route({ pathPrefix })], "h", `${pathPrefix}/${"y".repeat(9000)}?q`)).toBe("u");
    expect(choose([route({ pathPrefix })], "h", `${pathPrefix}y`)).toBeUndefined();
  });
});

describe("hosts", () => {
  const exact = [route({ host: "a.example.com" })];
  const wildcard = [route({ host: "*.example.com" })];

  test.each(["a.example.com", "A.Example.COM", "a.example.com:8443", "a.example.com.", "a.example.com.:1"])(
    "match %s",
    (authority) => expect(choose(exact, authority, "/")).toBe("u"),
  );

  test.each(["b.a.example.com", "example.com", "", "xa.example.com", "a.example.com.."])(
    "do not match %s",
    (authority) => expect(choose(exact, authority, "/")).toBeUndefined(),
  );

  test("with a star match one label or more, and not the apex", () => {
    expect(choose(wildcard, "a.example.com", "/")).toBe("u");
    expect(choose(wildcard, "b.a.EXAMPLE.com:1", "/")).toBe("u");
    for (const authority of ["example.com", ".example.com", "aexample.com", "a.example.com.org"]) {
      expect(choose(wildcard, authority, "/")).toBeUndefined();
    }
  });

  test("that are IPv6 addresses match without their brackets", () => {
    expect(choose([route({ host: "[::1]" })], "[::1]:443", "/")).toBe("u");
    expect(choose([route({ host: "::1" })], "[::1]", "/")).toBe("u");
    expect(choose([route({ host: "::1" })], "[::2]", "/")).toBeUndefined();
  });

  test("longer than the buffer are matched whole", () => {
    const authority = `${"x".repeat(60)}.`.repeat(100);
    expect(choose(wildcard, `${authority}example.com`, "/")).toBe("u");
    expect(choose([route({ host: `${authority}org` })], `${authority}org:1`, "/")).toBe("u");
    expect(choose(wildcard, `${authority}example.org`, "/")).toBeUndefined();
  });
});

describe("methods", () => {
  test("match in any case, and routes without one match all", () => {
    const routes = [route({ method: "POST", upstreamName: "post" })];
    expect(choose(routes, "h", "/", "POST")).toBe("post");
    expect(choose(routes, "h", "/", "post")).toBe("post");
    expect(choose(routes, "h", "/", "GET")).toBeUndefined();
    expect(choose([...routes, route({ upstreamName: "any" })], "h", "/", "PURGE")).toBe("any");
  });
});

describe("precedence", () => {
  const cases: [string, RouteSpec[], string][] = [
    [
      "longest path over host",
      [
        route({ host: "a.b.c", pathPrefix: "/x", upstreamName: "host" }),
        route({ pathPrefix: "/x/y", upstreamName: "path" }),
      ],
      "path",
    ],
    [
      "host over none",
      [
        route({ pathPrefix: "/x", upstreamName: "none" }),
        route({ host: "*.c", pathPrefix: "/x/", upstreamName: "host" }),
      ],
      "host",
    ],
    [
      "exact host over wildcard",
      [
        route({ host: "*.b.c", method: "GET", upstreamName: "wildcard" }),
        route({ host: "a.b.c", upstreamName: "exact" }),
      ],
      "exact",
    ],
    [
      "longer suffix over shorter",
      [route({ host: "*.c", method: "GET", upstreamName: "short" }), route({ host: "*.b.c", upstreamName: "long" })],
      "long",
    ],
    [
      "host over method",
      [route({ method: "GET", upstreamName: "method" }), route({ host: "*.c", upstreamName: "host" })],
      "host",
    ],
    ["method over none", [route({ upstreamName: "a" }), route({ method: "GET", upstreamName: "method" })], "method"],
    ["the first name in order of bytes", [route({ upstreamName: "b" }), route({ upstreamName: "B" })], "B"],
  ];

  test.each(cases)("prefers %s", (_name, routes, winner) => {
    expect(choose(routes, "a.b.c", "/x/y/z")).toBe(winner);
    expect(choose(routes.toReversed(), "a.b.c", "/x/y/z")).toBe(winner);
  });

  test("falls back to a shorter path when the longer one is for other hosts or methods", () => {
    const routes = [
      route({ host: "other", pathPrefix: "/x/y", upstreamName: "other" }),
      route({ method: "PUT", pathPrefix: "/x/y", upstreamName: "put" }),
      route({ pathPrefix: "/x", upstreamName: "short" }),
    ];
    expect(choose(routes, "a", "/x/y/z")).toBe("short");
  });
});

test("keeps segments apart that have one hash", () => {
  const [routed, other] = collidingSegments();
  expect(choose([route({ pathPrefix: `/${routed}` })], "h", `/${routed}`)).toBe("u");
  expect(choose([route({ pathPrefix: `/${routed}` })], "h", `/${other}`)).toBeUndefined();
});

/** Two texts of one length and one hash for `filters/router/byte-hash.ts`, as the first segment of an absolute path. */
function collidingSegments(): [string, string] {
  const seen = new Map<number, string>();
  for (let number = 0; ; number++) {
    const segment = (Math.imul(number, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0");
    let hash = (0x9e3779b1 + 0x811c9dc5) >>> 0;
    for (let index = 0; index < 8; index++) hash = Math.imul(hash ^ segment.charCodeAt(index), 0x01000193);
    const before = seen.get(hash);
    if (before !== undefined) return [before, segment];
    seen.set(hash, segment);
  }
}

test("an empty table matches nothing", () => {
  expect(choose([], "h", "/")).toBeUndefined();
});

/** The rules once more, one after the other, in the plainest way: what the module must agree with. */
function naiveMatch(routes: readonly RouteSpec[], authority: string, path: string, method: string): number {
  const lower = authority.toLowerCase();
  const host = lower.startsWith("[")
    ? lower.replace(/^\[([^\]]*).*$/, "$1")
    : lower.replace(/:.*$/, "").replace(/\.$/, "");
  const target = path.replace(/\?.*$/s, "");
  const prefixOf = (spec: RouteSpec): string => spec.pathPrefix.replace(/\/$/, "");
  const hostRank = (spec: RouteSpec): number =>
    spec.host === "" ? 0 : spec.host.startsWith("*.") ? spec.host.length : 1e6;
  const matching = routes
    .map((spec, index) => ({ spec, index }))
    .filter(({ spec }) => {
      const prefix = prefixOf(spec);
      if (prefix !== "" && target !== prefix && !target.startsWith(`${prefix}/`)) return false;
      if (spec.method !== "" && spec.method !== method.toUpperCase()) return false;
      if (spec.host === "") return true;
      if (!spec.host.startsWith("*.")) return host === spec.host;
      return host.endsWith(spec.host.slice(1)) && host.length >= spec.host.length;
    });
  matching.sort(
    (left, right) =>
      prefixOf(right.spec).length - prefixOf(left.spec).length ||
      hostRank(right.spec) - hostRank(left.spec) ||
      right.spec.method.length * 1e6 - left.spec.method.length * 1e6 ||
      (left.spec.upstreamName < right.spec.upstreamName
        ? -1
        : left.spec.upstreamName > right.spec.upstreamName
          ? 1
          : 0) ||
      left.index - right.index,
  );
  return matching[0]?.index ?? -1;
}

const segment = fc.constantFrom("", "a", "b", "ab", "ba", "api", "v1", "a-b", "a.b", "long-segment-name");
const pathOf = (max: number): fc.Arbitrary<string> =>
  fc.array(segment, { maxLength: max }).map((segments) => `/${segments.join("/")}`);
const label = fc.constantFrom("a", "b", "c", "ab", "com", "www");
const hostOf = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
const hostPattern = fc.oneof(
  fc.constant(""),
  hostOf,
  hostOf.map((host) => `*.${host}`),
);
const specs = fc.array(
  fc.record({
    host: hostPattern,
    pathPrefix: fc.oneof(fc.constant(""), pathOf(4)),
    method: fc.constantFrom("", "", "GET", "POST"),
    upstreamName: fc.constantFrom("a", "b", "c", "B"),
  }),
  { maxLength: 60 },
);
const authority = fc
  .tuple(hostOf, fc.constantFrom("", ".", ":443", ".:443"), fc.boolean())
  .map(([host, rest, isUpper]) => (isUpper ? host.toUpperCase() : host) + rest);
const request = fc.record({
  authority: fc.oneof(authority, fc.constantFrom("", "[::1]:1", ".com", ".")),
  path: fc
    .tuple(fc.oneof(pathOf(7), fc.constantFrom("*", "")), fc.constantFrom("", "?", "?a=/b", "?/a/b"))
    .map((parts) => parts.join("")),
  method: fc.constantFrom("GET", "POST", "post", "PUT", ""),
});

test("agrees with the plain rules on every table and request", () => {
  fc.assert(
    fc.property(specs, fc.array(request, { minLength: 20, maxLength: 60 }), (routes, requests) => {
      const router = createRouter(MODULE, routes);
      for (const { authority: host, path, method } of requests) {
        const expected = naiveMatch(routes, host, path, method);
        const actual = router.match(host, path, method);
        if (actual !== expected) throw new Error(`${method} ${host} ${path}: ${actual}, not ${expected}`);
      }
    }),
    { numRuns: 1500 },
  );
});

test("agrees with the plain rules on a table of 2,000 routes", () => {
  const routes = Array.from({ length: 2000 }, (_, index) =>
    route({
      host: index % 3 === 0 ? `svc${index % 50}.example.com` : index % 3 === 1 ? `*.d${index % 40}.example.com` : "",
      pathPrefix: `/api/v${index % 5}/s${index % 333}`,
      method: index % 7 === 0 ? "GET" : "",
      upstreamName: `u${index}`,
    }),
  );
  const router = createRouter(MODULE, routes);
  for (let index = 0; index < 2000; index++) {
    const host = index % 2 === 0 ? `svc${index % 53}.example.com` : `x.d${index % 43}.example.com`;
    const path = `/api/v${index % 5}/s${(index * 7) % 400}/rest`;
    expect(router.match(host, path, "GET")).toBe(naiveMatch(routes, host, path, "GET"));
  }
});

test("costs with 1,000 routes at most twice what it costs with 10", () => {
  const few = timedRouter(10);
  const many = timedRouter(1000);
  let [fewBest, manyBest] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 20; round++) {
    fewBest = Math.min(fewBest, few());
    manyBest = Math.min(manyBest, many());
  }
  expect(manyBest / fewBest).toBeLessThan(2);
});

/** Milliseconds for 20,000 look-ups that all match. */
function timedRouter(count: number): () => number {
  const numbers = Array.from({ length: count }, (_, index) => index);
  const routes = numbers.map((n) => route({ host: `svc${n}.example.com`, pathPrefix: `/api/s${n}` }));
  const authorities = numbers.map((n) => `svc${n}.example.com:443`);
  const paths = numbers.map((n) => `/api/s${n}/item?x=1`);
  const router = createRouter(MODULE, routes);
  return () => {
    const startedAt = performance.now();
    let matched = 0;
    for (let index = 0; index < 20_000; index++) {
      const at = index % count;
      if (router.match(authorities[at] ?? "", paths[at] ?? "", "GET") === at) matched++;
    }
    const tookMs = performance.now() - startedAt;
    expect(matched).toBe(20_000);
    return tookMs;
  };
}
