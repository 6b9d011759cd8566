import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { FAILURES } from "../errors/catalogue.ts";
import { formatDiagnostic } from "./diagnostic.ts";
import type { Config } from "./model.ts";
import { MAX_CONFIG_BYTES, parseConfig } from "./parse-config.ts";

const LISTEN = "listen: {tls: {cert: c.pem, key: k.pem}}\n";
const APP = 'upstream: {app: {route: {path_prefix: /}, backends: [{id: a, address: "a.example"}]}}\n';

interface Valid {
  readonly config: Config;
  /** Code, path and line of each. */
  readonly warnings: readonly (readonly [string, string, number | undefined])[];
}

function parseValid(text: string): Valid {
  const result = parseConfig(text, "/etc/spooky/spooky.yaml");
  if ("errors" in result) throw new Error(result.errors.map(formatDiagnostic).join("\n"));
  const warnings = result.warnings.map(({ failure, path, line }) => [failure.code, path, line] as const);
  return { config: result.config, warnings };
}

/** The smallest config of the reference program, as its users have it. */
const MINIMAL = `version: 1

listen:
  protocol: http3
  port: 9889
  address: "0.0.0.0"
  tls:
    cert: "certs/proxy-fullchain.pem"
    key: "/certs/proxy-key.pem"

upstream_tls:
  verify_certificates: false

upstream:
  default:
    load_balancing:
      type: "round-robin"
    route:
      path_prefix: "/"
    backends:
      - id: "backend1"
        address: "127.0.0.1:7001"
        weight: 100

log:
  level: info
`;

describe("a valid config", () => {
  test("of the reference program's smallest kind loads unchanged, with one warning", () => {
    const { config, warnings } = parseValid(MINIMAL);
    expect(warnings).toEqual([[FAILURES.configInsecureUpstream.code, "upstream_tls.verify_certificates", 12]]);
    expect(config.listeners).toEqual([
      {
        protocol: "http3",
        address: "0.0.0.0",
        port: 9889,
        tls: { cert: "/etc/spooky/certs/proxy-fullchain.pem", key: "/certs/proxy-key.pem", certificates: [] },
      },
    ]);
    expect(config.upstream["default"]?.backends[0]?.endpoint).toEqual({
      scheme: "auto",
      host: "127.0.0.1",
      port: 7001,
      authority: "127.0.0.1:7001",
    });
  });

  test("gets every default", () => {
    const { config, warnings } = parseValid(LISTEN + APP);
    expect(warnings).toEqual([]);
    expect(config.version).toBe(1);
    expect(config.listeners[0]).toMatchObject({ address: "0.0.0.0", port: 9889 });
    expect(config.upstream["app"]).toEqual({
      name: "app",
      route: { path_prefix: "/" },
      backends: [
        {
          id: "a",
          address: "a.example",
          weight: 100,
          endpoint: { scheme: "https", host: "a.example", port: 443, authority: "a.example" },
        },
      ],
      load_balancing: {
        type: "round-robin",
        limits: { memory_bytes: 67_108_864, deadline_ms: 50, start_ms: 5000 },
      },
      host_policy: { mode: "pass_through" },
      forwarded_headers: { mode: "overwrite" },
      tls: { verify_certificates: true, strict_sni: true },
      filters: [],
    });
    expect(config.routing).toEqual({
      builtin: "router",
      limits: { memory_bytes: 67_108_864, deadline_ms: 50, start_ms: 5000 },
    });
    expect(config.log).toEqual({ level: "info", format: "plain" });
    expect(config.observability).toEqual({
      metrics: { enabled: true, required: false, address: "127.0.0.1", port: 9901, path: "/metrics" },
      control_api: {
        enabled: true,
        required: false,
        address: "127.0.0.1",
        port: 9902,
        health_path: "/health",
        ready_path: "/ready",
      },
    });
    expect(config.performance).toMatchObject({
      worker_threads: 1,
      reuseport: true,
      backend_timeout_ms: 2000,
      max_request_body_bytes: 1_000_000,
    });
  });

  test("takes listeners in the place of listen, which is then not looked at", () => {
    const { config, warnings } = parseValid(
      `${APP}listen: {port: wrong}\nlisteners:\n  - {port: 1, tls: {cert: c, key: k}}\n  - {port: 2, address: "[::1]", tls: {cert: c, key: k}}\n`,
    );
    expect(config.listeners.map(({ address, port }) => [address, port])).toEqual([
      ["0.0.0.0", 1],
      ["::1", 2],
    ]);
    expect(warnings).toEqual([[FAILURES.configNoEffect.code, "listen", 2]]);
  });

  test("gives the root's balancing and trust to upstreams without their own, as a whole", () => {
    const { config } = parseValid(`${LISTEN}load_balancing: {type: LC, key: "Header: x-user"}
upstream_tls: {ca_file: ca.pem, strict_sni: false}
upstream:
  a: {route: {host: a.example}, backends: [{id: a, address: a.example}]}
  b:
    route: {host: b.example}
    backends: [{id: a, address: b.example}]
    load_balancing: {file: mine.wasm, limits: {deadline_ms: 5}}
    tls: {ca_dir: cas}
`);
    const { a, b } = config.upstream;
    expect(a?.load_balancing).toMatchObject({ type: "least-connections", key: "Header: x-user" });
    expect(a?.tls).toEqual({ verify_certificates: true, strict_sni: false, ca_file: "/etc/spooky/ca.pem" });
    expect(b?.load_balancing).toEqual({
      file: "/etc/spooky/mine.wasm",
      limits: { memory_bytes: 67_108_864, deadline_ms: 5, start_ms: 5000 },
    });
    expect(b?.tls).toEqual({ verify_certificates: true, strict_sni: true, ca_dir: "/etc/spooky/cas" });
  });

  test("reads a bare address by the upstream's own trust", () => {
    const { config, warnings } = parseValid(`${LISTEN}upstream:
  a:
    route: {host: a.example}
    backends: [{id: a, address: "a.example:8443"}, {id: b, address: "http://b.example"}]
    tls: {verify_certificates: false}
  b: {route: {host: b.example}, backends: [{id: a, address: "b.example:8443"}]}
`);
    expect(config.upstream["a"]?.backends.map(({ endpoint }) => endpoint.scheme)).toEqual(["auto", "http"]);
    expect(config.upstream["b"]?.backends[0]?.endpoint.scheme).toBe("https");
    expect(warnings).toEqual([
      [FAILURES.configInsecureUpstream.code, "upstream.a.backends[1].address", 5],
      [FAILURES.configInsecureUpstream.code, "upstream.a.tls.verify_certificates", 6],
    ]);
  });

  test("normalises hosts, prefixes and methods", () => {
    const { config } = parseValid(`${LISTEN}upstream:
  a: {route: {host: "*.BÜCHER.example.", path_prefix: /caf\u00e9/%7ex/, method: get}, backends: [{id: a, address: a.example}]}
`);
    expect(config.upstream["a"]?.route).toEqual({
      host: "*.xn--bcher-kva.example",
      path_prefix: "/caf%C3%A9/~x",
      method: "GET",
    });
  });

  test("keeps filters in order, with any value for their config", () => {
    const { config } = parseValid(`${LISTEN}${APP}filters:
  - name: first
    builtin: header-rewrite
    config: {request: [{set: {x-a: "1"}}], deep: [1, null, true, {a: b}]}
  - {name: second, file: ./f/second.wasm, sha256: ${"AB".repeat(32)}, root_id: r}
`);
    expect(config.filters.map(({ name, file, builtin }) => [name, builtin, file])).toEqual([
      ["first", "header-rewrite", undefined],
      ["second", undefined, "/etc/spooky/f/second.wasm"],
    ]);
    expect(config.filters[0]?.config).toEqual({
      request: [{ set: { "x-a": "1" } }],
      deep: [1, null, true, { a: "b" }],
    });
    expect(config.filters[1]).toMatchObject({ sha256: "ab".repeat(32), root_id: "r" });
  });

  test("says which tuning keys have no effect", () => {
    const { warnings } = parseValid(`${LISTEN}${APP}performance:\n  worker_threads: 2\n  pin_workers: true\n`);
    expect(warnings).toEqual([[FAILURES.configNoEffect.code, "performance.pin_workers", 5]]);
  });

  test("takes every spelling of a host policy", () => {
    for (const [spelling, mode] of [
      ["pass-through", "pass_through"],
      ["static_upstream", "upstream"],
      ["static-upstream", "upstream"],
      ["upstream-host", "upstream"],
    ] as const) {
      const text = `${LISTEN}upstream: {a: {route: {host: a.example}, backends: [{id: a, address: a.example}], host_policy: {mode: ${spelling}}}}`;
      expect(parseValid(text).config.upstream["a"]?.host_policy).toEqual({ mode });
    }
  });

  test("takes every spelling of a balancer", () => {
    for (const [spelling, type] of [
      ["random", "random"],
      ["round_robin", "round-robin"],
      ["RR", "round-robin"],
      ["Least-Connections", "least-connections"],
      ["least_connections", "least-connections"],
      ["lc", "least-connections"],
      ["consistent-hash", "consistent-hash"],
      ["consistent_hash", "consistent-hash"],
      ["CH", "consistent-hash"],
      ["latency-aware", "latency-aware"],
      ["latency_aware", "latency-aware"],
      ["la", "latency-aware"],
      ["sticky-cid", "sticky-cid"],
      ["sticky_cid", "sticky-cid"],
      ["cid-sticky", "sticky-cid"],
      ["CID_sticky", "sticky-cid"],
    ] as const) {
      expect(
        parseValid(`${LISTEN}${APP}load_balancing: {type: ${spelling}}`).config.upstream["app"]?.load_balancing.type,
      ).toBe(type);
    }
  });

  test("may be JSON, may use aliases and may start with a byte order mark", () => {
    const json = JSON.stringify({
      listen: { tls: { cert: "c", key: "k" } },
      upstream: { a: { route: { host: "a.example" }, backends: [{ id: "a", address: "[::1]:1" }] } },
    });
    expect(parseValid(`\ufeff${json}`).config.upstream["a"]?.backends[0]?.endpoint.host).toBe("::1");
    const aliased = `listeners:\n  - {port: 1, tls: &tls {cert: c, key: k}}\n  - {port: 2, tls: *tls}\n${APP}`;
    expect(parseValid(aliased).config.listeners[1]?.tls.cert).toBe("/etc/spooky/c");
  });

  test("takes a log file and a log filter", () => {
    const { config } = parseValid(
      `${LISTEN}${APP}log: {level: "spooky_edge=haunt,scream", format: json, file: {enabled: true, path: a.log}}`,
    );
    expect(config.log).toEqual({
      level: "spooky_edge=haunt,scream",
      format: "json",
      file: { enabled: true, path: "/etc/spooky/a.log" },
    });
  });

  test("is frozen through and through, and survives JSON", () => {
    const { config } = parseValid(`${MINIMAL}filters: [{name: a, file: a.wasm, config: {b: [{c: 1}]}}]\n`);
    const pending: unknown[] = [config];
    for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
      if (typeof value !== "object" || value === null) continue;
      expect(Object.isFrozen(value)).toBe(true);
      pending.push(...Object.values(value));
    }
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
  });
});

describe("an invalid config", () => {
  test("has all its errors told at once, in the order of the text", () => {
    const result = parseConfig(
      "listen: {port: 0}\nupstrem: {}\nupstream: {a: {route: {host: x}, backends: [{id: a, address: 'a b'}]}}\nlog: {level: 1}\n",
      "spooky.yaml",
    );
    const errors = "errors" in result ? result.errors : [];
    expect(errors.map(({ failure, line }) => [failure.code, line])).toEqual([
      [FAILURES.configMissingKey.code, 1],
      [FAILURES.configValue.code, 1],
      [FAILURES.configUnknownKey.code, 2],
      [FAILURES.configBackendAddress.code, 3],
      [FAILURES.configType.code, 4],
    ]);
  });

  test("over 4 MiB is not read", () => {
    const result = parseConfig(`#${"x".repeat(MAX_CONFIG_BYTES)}`, "spooky.yaml");
    expect("errors" in result && result.errors.map(({ failure }) => failure)).toEqual([FAILURES.configTooLarge]);
  });

  test("with 200,000 unknown keys is refused within seconds, with a bounded list", () => {
    const text = Array.from({ length: 200_000 }, (_, index) => `k${index}: 1`).join("\n");
    const startMs = performance.now();
    const result = parseConfig(text, "spooky.yaml");
    expect("errors" in result && result.errors.length).toBeLessThan(200);
    expect(performance.now() - startMs).toBeLessThan(15_000);
  });

  test("nested a hundred thousand deep is refused, not a crash", () => {
    const result = parseConfig(
      `${LISTEN}${APP}filters: [{name: a, file: b, config: ${"[".repeat(1000)}${"]".repeat(1000)}}]`,
      "x",
    );
    expect("errors" in result && result.errors.map(({ failure }) => failure)).toEqual([FAILURES.configSyntax]);
    expect("errors" in parseConfig("[".repeat(100_000), "x")).toBe(true);
  });
});

describe("parseConfig", () => {
  test("never throws, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const result = parseConfig(text, "spooky.yaml");
        expect("errors" in result && result.errors.length > 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("never throws on YAML that is nearly right, and points into the text", () => {
    const words = [
      "listen",
      "upstream",
      "tls",
      "route",
      "backends",
      "a",
      "port",
      "log",
      "filters",
      "__proto__",
      "constructor",
    ];
    const pieces = fc.constantFrom(
      ...words,
      ": ",
      "\n",
      "  ",
      "- ",
      "{",
      "}",
      "[",
      "]",
      ", ",
      '"',
      "'",
      "&a ",
      "*a",
      "!!map ",
      "|\n",
      "? ",
      "#",
      "~",
      "1",
      ".inf",
      "\t",
      "---\n",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        const text = parts.join("");
        const result = parseConfig(text, "spooky.yaml");
        const lines = text.split("\n");
        for (const { line = 0, column = 0 } of "errors" in result ? result.errors : []) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual((lines[line - 1] ?? "").length + 1);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("never throws when any value of a valid config is replaced by any other", () => {
    const whole = {
      listeners: [
        { address: "::", port: 1, tls: { certificates: [{ server_name: "a.example", cert: "c", key: "k" }] } },
      ],
      upstream: {
        a: {
          route: { host: "a.example", path_prefix: "/", method: "GET" },
          backends: [{ id: "a", address: "a.example", weight: 1 }],
          load_balancing: { type: "rr", key: "path" },
          host_policy: { mode: "rewrite", host: "x" },
          tls: { ca_file: "x" },
          filters: [{ name: "a", file: "x", config: { a: 1 } }],
        },
      },
      performance: { worker_threads: 2, backend_timeout_ms: 600 },
      observability: { metrics: { port: 5 }, control_api: { ready_path: "/r" } },
      log: { level: "info" },
    };
    expect("config" in parseConfig(JSON.stringify(whole), "x")).toBe(true);
    const paths = pathsOf(whole);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        const result = parseConfig(JSON.stringify(replace(whole, path, value)), "spooky.yaml");
        if ("errors" in result)
          for (const error of result.errors) expect(formatDiagnostic(error)).toContain(error.failure.code);
      }),
      { numRuns: 1000 },
    );
  });
});

function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  const paths = [[...path]];
  if (typeof value !== "object" || value === null) return paths;
  for (const [key, inner] of Object.entries(value)) paths.push(...pathsOf(inner, [...path, key]));
  return paths;
}

function replace(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...(value as object) };
  (copy as Record<string, unknown>)[key] = replace((value as Record<string, unknown>)[key], rest, by);
  return copy;
}
