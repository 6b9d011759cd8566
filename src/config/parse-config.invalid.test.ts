import { describe, expect, test } from "bun:test";
import { FAILURES, type FailureName } from "../errors/catalogue.ts";
import { parseConfig } from "./parse-config.ts";

/** Stands in a text before the place that the diagnostic must point at. */
const MARK = "§";
const LISTEN = "listen: {tls: {cert: c.pem, key: k.pem}}\n";
const APP = 'upstream: {app: {route: {path_prefix: /}, backends: [{id: a, address: "a.example"}]}}\n';
const app = (rest: string): string =>
  `${LISTEN}upstream:\n  app:\n    route: {path_prefix: /}\n    backends: [{id: a, address: a.example}]\n${rest}`;
const route = (text: string): string =>
  `${LISTEN}upstream:\n  app:\n    route: ${text}\n    backends: [{id: a, address: a.example}]\n`;
const backends = (text: string): string =>
  `${LISTEN}upstream:\n  app:\n    route: {path_prefix: /}\n    backends: ${text}\n`;
const rest = (text: string): string => `${LISTEN}${APP}${text}`;
const listen = (text: string): string => `listen: ${text}\n${APP}`;

type Case = readonly [title: string, marked: string, failure: FailureName, path: string];

const CASES: readonly Case[] = [
  // The text itself.
  ["tabs for indentation", `listen:\n${MARK}\tport: 1\n`, "configSyntax", ""],
  ["an unclosed quote", `listen: 'abc${MARK}`, "configSyntax", ""],
  ["a reserved character", `listen: ${MARK}@x\n`, "configSyntax", ""],
  ["two documents", `${LISTEN}${APP}${MARK}---\nversion: 1\n`, "configSyntax", ""],
  ["an unknown tag", rest(`log: ${MARK}!custom x\n`), "configSyntax", ""],
  ["a list as key", rest(`? ${MARK}[a]\n: b\n`), "configSyntax", ""],
  ["an alias without anchor", rest(`log: ${MARK}*nowhere\n`), "configSyntax", ""],
  ["aliases that expand to much", `a: &a [1]\nb: [${MARK}*a${",*a".repeat(200)}]\n`, "configAliases", ""],
  ["a value that holds itself", `${MARK}a: &a [*a]\n`, "configSyntax", ""],
  ["a key given twice", rest(`log: {}\n${MARK}log: {}\n`), "configDuplicateKey", ""],
  ["an empty file", `${MARK}`, "configType", ""],
  ["a list for the whole", `${MARK}[]`, "configType", ""],

  // Keys.
  ["a misspelt key of the root", rest(`${MARK}perfomance: {}\n`), "configUnknownKey", "perfomance"],
  ["a merge key", rest(`${MARK}<<: {version: 1}\n`), "configUnknownKey", '"<<"'],
  ["a key called __proto__", rest(`${MARK}__proto__: {}\n`), "configUnknownKey", "__proto__"],
  [
    "a misspelt key in a list",
    backends(`[{id: a, address: a.example, ${MARK}wieght: 1}]`),
    "configUnknownKey",
    "upstream.app.backends[0].wieght",
  ],
  ["no listen", `${MARK}${APP}`, "configMissingKey", "listen"],
  ["no listeners either", `${MARK}${APP}listeners: []\n`, "configMissingKey", "listen"],
  ["no upstream", `${MARK}${LISTEN}`, "configMissingKey", "upstream"],
  [
    "no backends",
    `${LISTEN}upstream:\n  ${MARK}app:\n    route: {path_prefix: /}\n`,
    "configMissingKey",
    "upstream.app.backends",
  ],
  ["no certificate", listen(`{${MARK}tls: {}}`), "configMissingKey", "listen.tls.cert"],
  ["a certificate without key", listen(`{${MARK}tls: {cert: c.pem}}`), "configMissingKey", "listen.tls.key"],
  [
    "a route that says nothing",
    route("{}").replace("route", `${MARK}route`),
    "configMissingKey",
    "upstream.app.route.path_prefix",
  ],
  [
    "a rewrite without host",
    app(`    ${MARK}host_policy: {mode: rewrite}\n`),
    "configMissingKey",
    "upstream.app.host_policy.host",
  ],
  ["a filter without module", rest(`filters:\n  - ${MARK}name: a\n`), "configMissingKey", "filters[0].builtin"],

  // What the reference program knows and we do not yet.
  ["resilience", rest(`${MARK}resilience: {}\n`), "configNotSupported", "resilience"],
  ["security", rest(`${MARK}security: {}\n`), "configNotSupported", "security"],
  ["authentication", app(`    ${MARK}auth: {}\n`), "configNotSupported", "upstream.app.auth"],
  [
    "health checks",
    backends(`[{id: a, address: a.example, ${MARK}health_check: {}}]`),
    "configNotSupported",
    "upstream.app.backends[0].health_check",
  ],
  ["tracing", rest(`observability: {${MARK}tracing: {}}\n`), "configNotSupported", "observability.tracing"],
  [
    "a control token",
    rest(`observability: {control_api: {${MARK}auth_token: s3cret}}\n`),
    "configNotSupported",
    "observability.control_api.auth_token",
  ],
  [
    "client certificates",
    listen(`{tls: {cert: c, key: k, client_auth: {enabled: ${MARK}true}}}`),
    "configNotSupported",
    "listen.tls.client_auth.enabled",
  ],
  [
    "another algorithm",
    app(`    load_balancing: {type: ${MARK}maglev}\n`),
    "configValue",
    "upstream.app.load_balancing.type",
  ],
  [
    "an inflight limit",
    rest(`performance: {${MARK}global_inflight_limit: 4096}\n`),
    "configNotSupported",
    "performance.global_inflight_limit",
  ],
  [
    "CONNECT routes",
    route(`{path_prefix: /, method: ${MARK}connect}`),
    "configNotSupported",
    "upstream.app.route.method",
  ],

  // Types and values.
  ["a version from the future", rest(`version: ${MARK}2\n`), "configValue", "version"],
  ["a quoted port", listen(`{port: ${MARK}"9889", tls: {cert: c, key: k}}`), "configType", "listen.port"],
  ["port 0", listen(`{port: ${MARK}0, tls: {cert: c, key: k}}`), "configValue", "listen.port"],
  ["port 65536", listen(`{port: ${MARK}65536, tls: {cert: c, key: k}}`), "configValue", "listen.port"],
  ["half a port", listen(`{port: ${MARK}1.5, tls: {cert: c, key: k}}`), "configValue", "listen.port"],
  [
    "a name to listen on",
    listen(`{address: ${MARK}example.com, tls: {cert: c, key: k}}`),
    "configValue",
    "listen.address",
  ],
  ["another protocol", listen(`{protocol: ${MARK}http2, tls: {cert: c, key: k}}`), "configValue", "listen.protocol"],
  ["a blank path", listen(`{tls: {cert: ${MARK}" ", key: k}}`), "configValue", "listen.tls.cert"],
  [
    "a wildcard server name",
    listen(`{tls: {certificates: [{server_name: ${MARK}"*.example", cert: c, key: k}]}}`),
    "configValue",
    "listen.tls.certificates[0].server_name",
  ],
  [
    "yes for true",
    rest(`upstream_tls: {verify_certificates: ${MARK}yes}\n`),
    "configType",
    "upstream_tls.verify_certificates",
  ],
  ["an empty block", `${LISTEN}${APP}${MARK}log:\n`, "configType", "log"],
  ["a mapping for a number", listen(`{${MARK}port: {a: 1}, tls: {cert: c, key: k}}`), "configType", "listen.port"],
  ["no upstream in the mapping", `${LISTEN}${MARK}upstream: {}\n`, "configValue", "upstream"],
  [
    "an upstream called __proto__",
    `${LISTEN}upstream: {${MARK}__proto__: {}, ${APP.slice(11)}`,
    "configValue",
    "upstream.__proto__",
  ],
  [
    "an upstream without name",
    `${LISTEN}upstream: {${MARK}"": {route: {host: a.example}, backends: [{id: a, address: a.example}]}}`,
    "configValue",
    'upstream.""',
  ],
  [
    "an empty list of backends",
    `${LISTEN}upstream:\n  app:\n    route: {path_prefix: /}\n    ${MARK}backends: []\n`,
    "configValue",
    "upstream.app.backends",
  ],
  ["a number for an id", backends(`[{id: ${MARK}1, address: a.example}]`), "configType", "upstream.app.backends[0].id"],
  [
    "weight 1001",
    backends(`[{id: a, address: a.example, weight: ${MARK}1001}]`),
    "configValue",
    "upstream.app.backends[0].weight",
  ],
  ["a relative path prefix", route(`{path_prefix: ${MARK}api}`), "configValue", "upstream.app.route.path_prefix"],
  ["a query in a path prefix", route(`{path_prefix: ${MARK}/api?x}`), "configValue", "upstream.app.route.path_prefix"],
  ["an inner wildcard", route(`{host: ${MARK}a.*.example}`), "configValue", "upstream.app.route.host"],
  ["a port in a route's host", route(`{host: ${MARK}"a.example:443"}`), "configValue", "upstream.app.route.host"],
  ["a space in a method", route(`{path_prefix: /, method: ${MARK}"G ET"}`), "configValue", "upstream.app.route.method"],
  [
    "a slash in a rewritten host",
    app(`    host_policy: {mode: rewrite, host: ${MARK}a.example/x}\n`),
    "configValue",
    "upstream.app.host_policy.host",
  ],
  [
    "an unknown mode",
    app(`    forwarded_headers: {mode: ${MARK}overwritten}\n`),
    "configValue",
    "upstream.app.forwarded_headers.mode",
  ],
  [
    "an unknown request key",
    app(`    load_balancing: {type: rr, key: ${MARK}"header:"}\n`),
    "configValue",
    "upstream.app.load_balancing.key",
  ],
  [
    "an unknown filter",
    rest(`filters: [{name: a, builtin: ${MARK}header-rewriter}]\n`),
    "configValue",
    "filters[0].builtin",
  ],
  ["a short sum", rest(`filters: [{name: a, file: a.wasm, sha256: ${MARK}abc}]\n`), "configValue", "filters[0].sha256"],
  [
    "an unencrypted address",
    rest(`filters: [{name: a, url: ${MARK}"http://a/b.wasm", sha256: ${"a".repeat(64)}}]\n`),
    "configValue",
    "filters[0].url",
  ],
  [
    "an address without a sum",
    rest(`filters: [${MARK}{name: a, url: "https://a/b.wasm"}]\n`),
    "configMissingKey",
    "filters[0].sha256",
  ],
  [
    "an image without a digest",
    rest(`filters: [{name: a, oci: ${MARK}"oci://a/b:1"}]\n`),
    "configValue",
    "filters[0].oci",
  ],
  [
    "a module from two places",
    rest(`filters: [{name: a, file: a.wasm, oci: ${MARK}"oci://a/b@sha256:${"a".repeat(64)}"}]\n`),
    "configConflict",
    "filters[0].oci",
  ],
  [
    "a filter config beyond JSON",
    rest(`filters: [{name: a, file: a.wasm, config: {b: [1, ${MARK}.nan]}}]\n`),
    "configValue",
    "filters[0].config.b[1]",
  ],
  [
    "less memory than one page",
    rest(`routing: {file: a.wasm, limits: {memory_bytes: ${MARK}1}}\n`),
    "configValue",
    "routing.limits.memory_bytes",
  ],
  ["an unknown log level", rest(`log: {level: ${MARK}spooky_edge=loud}\n`), "configValue", "log.level"],
  [
    "metrics for the world",
    rest(`observability: {metrics: {address: ${MARK}0.0.0.0}}\n`),
    "configValue",
    "observability.metrics.address",
  ],
  [
    "a metrics path without slash",
    rest(`observability: {metrics: {path: ${MARK}metrics}}\n`),
    "configValue",
    "observability.metrics.path",
  ],
  [
    "a timer beyond the clock",
    rest(`performance: {quic_max_idle_timeout_ms: ${MARK}2147483648}\n`),
    "configValue",
    "performance.quic_max_idle_timeout_ms",
  ],
  ["no worker", rest(`performance: {worker_threads: ${MARK}0}\n`), "configValue", "performance.worker_threads"],

  // Contradictions.
  [
    "workers without reuseport",
    rest(`performance: {reuseport: false, worker_threads: ${MARK}2}\n`),
    "configConflict",
    "performance.worker_threads",
  ],
  [
    "a part longer than the whole",
    rest(`performance: {backend_timeout_ms: ${MARK}2001}\n`),
    "configConflict",
    "performance.backend_timeout_ms",
  ],
  [
    "a stream window above the connection's",
    rest(`performance: {quic_initial_max_stream_data: ${MARK}10000001}\n`),
    "configConflict",
    "performance.quic_initial_max_stream_data",
  ],
  [
    "a host without rewrite",
    app(`    host_policy: {host: ${MARK}a.example}\n`),
    "configConflict",
    "upstream.app.host_policy.host",
  ],
  [
    "two sources of one filter",
    rest(`filters: [{name: a, builtin: header-rewrite, file: ${MARK}a.wasm}]\n`),
    "configConflict",
    "filters[0].file",
  ],
  [
    "a sum for a built-in",
    rest(`filters: [{name: a, builtin: header-rewrite, sha256: ${MARK}${"a".repeat(64)}}]\n`),
    "configConflict",
    "filters[0].sha256",
  ],
  [
    "two filters of one name",
    rest(`filters: [{name: a, file: a.wasm}, {name: ${MARK}a, file: b.wasm}]\n`),
    "configConflict",
    "filters[1].name",
  ],
  [
    "two backends of one id",
    backends(`[{id: a, address: a.example}, {id: ${MARK}a, address: b.example}]`),
    "configConflict",
    "upstream.app.backends[1].id",
  ],
  [
    "two certificates for one name",
    listen(
      `{tls: {certificates: [{server_name: a.example, cert: c, key: k}, {server_name: ${MARK}A.example., cert: d, key: l}]}}`,
    ),
    "configConflict",
    "listen.tls.certificates[1].server_name",
  ],
  [
    "client certificates required, not enabled",
    listen(`{tls: {cert: c, key: k, client_auth: {require_client_cert: ${MARK}true}}}`),
    "configConflict",
    "listen.tls.client_auth.require_client_cert",
  ],
  [
    "a backend address with a path",
    backends(`[{id: a, address: ${MARK}"http://a.example/x"}]`),
    "configBackendAddress",
    "upstream.app.backends[0].address",
  ],
  [
    "one backend twice",
    backends(`[{id: a, address: a.example}, {id: b, address: ${MARK}"https://A.example:443"}]`),
    "configDuplicateBackend",
    "upstream.app.backends[1].address",
  ],
  [
    "one backend in two upstreams",
    `${LISTEN}upstream:\n  a: {route: {host: a.example}, backends: [{id: a, address: b.example}]}\n  b: {route: {host: b.example}, backends: [{id: a, address: ${MARK}b.example}]}\n`,
    "configDuplicateBackend",
    "upstream.b.backends[0].address",
  ],
  [
    "two listeners of one address",
    `${APP}listeners:\n  - {tls: {cert: c, key: k}}\n  - {port: ${MARK}9889, tls: {cert: c, key: k}}\n`,
    "configDuplicateListener",
    "listeners[1].port",
  ],
  [
    "metrics on the control port",
    rest(`observability: {metrics: {port: 9900}, control_api: {port: ${MARK}9900}}\n`),
    "configDuplicateListener",
    "observability.control_api.port",
  ],
  [
    "one route twice",
    `${LISTEN}upstream:\n  a: {route: {host: A.example, path_prefix: /}, backends: [{id: a, address: a.example}]}\n  b:\n    ${MARK}route: {host: a.example.}\n    backends: [{id: a, address: b.example}]\n`,
    "configAmbiguousRoute",
    "upstream.b.route",
  ],
  [
    "one route with and without slash",
    `${LISTEN}upstream:\n  a: {route: {path_prefix: /api/}, backends: [{id: a, address: a.example}]}\n  b:\n    ${MARK}route: {path_prefix: /%61pi}\n    backends: [{id: a, address: b.example}]\n`,
    "configAmbiguousRoute",
    "upstream.b.route",
  ],
];

function placeOf(marked: string): { text: string; line: number; column: number } {
  const offset = marked.indexOf(MARK);
  const before = marked.slice(0, offset);
  return {
    text: before + marked.slice(offset + MARK.length),
    line: before.split("\n").length,
    column: offset - (before.lastIndexOf("\n") + 1) + 1,
  };
}

describe("an invalid config is refused with code, path, line and column", () => {
  test.each(CASES)("%s", (_, marked, failure, path) => {
    const { text, line, column } = placeOf(marked);
    const result = parseConfig(text, "spooky.yaml");
    const errors = "errors" in result ? result.errors : [];
    const found = errors.map((error) => [error.failure.code, error.path, error.line, error.column]);
    expect(found).toContainEqual([FAILURES[failure].code, path, line, column]);
    const isSingleFault = text.startsWith(LISTEN) && text.includes("upstream: ");
    if (isSingleFault) expect(found).toHaveLength(1);
  });
});
