import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDevelopmentCertificate } from "../cli/demo/certificate.ts";
import { FAILURES, type FailureName } from "../errors/catalogue.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { loadConfig } from "./load-config.ts";

const UPSTREAM = "upstream: {a: {route: {host: a.example}, backends: [{id: a, address: a.example}]}}\n";
const LISTEN = "listen: {tls: {cert: localhost.pem, key: localhost-key.pem}}\n";
const MODULE = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

let directory = "";

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "spooky-config-"));
  await openDevelopmentCertificate(directory);
  mkdirSync(join(directory, "other"));
  await openDevelopmentCertificate(join(directory, "other"));
  mkdirSync(join(directory, "old"));
  await openDevelopmentCertificate(join(directory, "old"), Date.now() - 1000 * 86_400_000);
  mkdirSync(join(directory, "cas"));
  copyFileSync(join(directory, "development-ca.pem"), join(directory, "cas", "ca.pem"));
  mkdirSync(join(directory, "empty"));
  writeFileSync(join(directory, "text.pem"), "nothing of that kind\n");
  writeFileSync(join(directory, "module.wasm"), MODULE);
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

type Row = readonly [code: string, path: string, line: number | undefined, column: number | undefined];

function load(text: string | Uint8Array): { errors: Row[]; warnings: Row[] } {
  const path = join(directory, "spooky.yaml");
  writeFileSync(path, text);
  const result = loadConfig(path);
  const rows = (list: readonly Diagnostic[]): Row[] =>
    list.map((entry) => [entry.failure.code, entry.path, entry.line, entry.column] as const);
  return "errors" in result
    ? { errors: rows(result.errors), warnings: [] }
    : { errors: [], warnings: rows(result.warnings) };
}

describe("loadConfig", () => {
  test("takes certificates, CA files and modules beside the config file", () => {
    const sum = createHash("sha256").update(MODULE).digest("hex");
    const text = `listen:
  tls:
    certificates: [{server_name: localhost, cert: localhost.pem, key: localhost-key.pem}]
upstream_tls: {ca_file: development-ca.pem, ca_dir: cas}
routing: {file: module.wasm}
load_balancing: {file: module.wasm, sha256: "${sum}"}
filters: [{name: a, file: module.wasm, sha256: "${sum.toUpperCase()}"}]
${UPSTREAM}`;
    expect(load(text)).toEqual({ errors: [], warnings: [] });
  });

  const refused: readonly (readonly [string, string, FailureName, string, number, number])[] = [
    [
      "a missing certificate",
      "listen: {tls: {cert: nowhere.pem, key: localhost-key.pem}}\n",
      "tlsCertificateMissing",
      "listen.tls.cert",
      1,
      22,
    ],
    [
      "a missing key",
      "listen: {tls: {cert: localhost.pem, key: no/where.pem}}\n",
      "tlsKeyMissing",
      "listen.tls.key",
      1,
      42,
    ],
    [
      "a certificate that is none",
      "listen: {tls: {cert: text.pem, key: localhost-key.pem}}\n",
      "tlsCertificateUnreadable",
      "listen.tls.cert",
      1,
      22,
    ],
    [
      "a directory for a certificate",
      "listen: {tls: {cert: cas, key: localhost-key.pem}}\n",
      "tlsCertificateUnreadable",
      "listen.tls.cert",
      1,
      22,
    ],
    [
      "a key that is none",
      "listen: {tls: {cert: localhost.pem, key: text.pem}}\n",
      "tlsKeyUnreadable",
      "listen.tls.key",
      1,
      42,
    ],
    [
      "another certificate's key",
      "listen: {tls: {cert: localhost.pem, key: other/localhost-key.pem}}\n",
      "tlsKeyMismatch",
      "listen.tls.key",
      1,
      42,
    ],
    [
      "a name that the certificate does not cover",
      "listeners:\n  - tls:\n      certificates:\n        - server_name: a.example\n          cert: localhost.pem\n          key: localhost-key.pem\n",
      "tlsServerNameMismatch",
      "listeners[0].tls.certificates[0].server_name",
      4,
      24,
    ],
    [
      "a missing CA file",
      `${LISTEN}upstream_tls: {ca_file: nowhere.pem}\n`,
      "tlsCaUnreadable",
      "upstream_tls.ca_file",
      2,
      25,
    ],
    [
      "a CA file without certificates",
      `${LISTEN}upstream_tls: {ca_file: text.pem}\n`,
      "tlsCaUnreadable",
      "upstream_tls.ca_file",
      2,
      25,
    ],
    [
      "a CA directory without certificates",
      `${LISTEN}upstream_tls: {ca_dir: empty}\n`,
      "tlsCaUnreadable",
      "upstream_tls.ca_dir",
      2,
      24,
    ],
    [
      "a missing CA directory",
      `${LISTEN}upstream_tls: {ca_dir: nowhere}\n`,
      "tlsCaUnreadable",
      "upstream_tls.ca_dir",
      2,
      24,
    ],
    [
      "a missing filter",
      `${LISTEN}filters: [{name: a, file: nowhere.wasm}]\n`,
      "moduleMissing",
      "filters[0].file",
      2,
      27,
    ],
    ["a missing router", `${LISTEN}routing: {file: nowhere.wasm}\n`, "moduleMissing", "routing.file", 2, 17],
    [
      "a missing balancer",
      `${LISTEN}load_balancing: {file: nowhere.wasm}\n`,
      "moduleMissing",
      "load_balancing.file",
      2,
      24,
    ],
    ["a directory for a module", `${LISTEN}routing: {file: cas}\n`, "moduleUnreadable", "routing.file", 2, 17],
    [
      "a module that was changed",
      `${LISTEN}routing: {file: module.wasm, sha256: ${"a".repeat(64)}}\n`,
      "moduleHashMismatch",
      "routing.sha256",
      2,
      38,
    ],
  ];

  test.each(refused)("refuses %s, with the place that names it", (_, text, failure, path, line, column) => {
    expect(load(text + UPSTREAM).errors).toEqual([[FAILURES[failure].code, path, line, column]]);
  });

  test("tells of a balancer of the root once, and of everything else that is wrong with it", () => {
    const upstreams =
      "upstream:\n  a: {route: {host: a}, backends: [{id: a, address: a}]}\n  b: {route: {host: b}, backends: [{id: a, address: b}]}\n";
    const { errors } = load(`listen: {tls: {cert: n, key: n}}\nload_balancing: {file: n}\n${upstreams}`);
    expect(errors.map(([, path]) => path)).toEqual(["listen.tls.cert", "listen.tls.key", "load_balancing.file"]);
  });

  test("warns of an expired certificate", () => {
    const { errors, warnings } = load(
      `listen: {tls: {cert: old/localhost.pem, key: old/localhost-key.pem}}\n${UPSTREAM}`,
    );
    expect(errors).toEqual([]);
    expect(warnings).toEqual([[FAILURES.tlsCertificateExpired.code, "listen.tls.cert", 1, 22]]);
  });

  test("refuses a file that is not there, is a directory, or is too large", () => {
    const codeOf = (path: string): unknown => {
      const result = loadConfig(path);
      return "errors" in result ? result.errors.map(({ failure }) => failure.code) : undefined;
    };
    expect(codeOf(join(directory, "nowhere.yaml"))).toEqual([FAILURES.configFileMissing.code]);
    expect(codeOf(join(directory, "text.pem", "x"))).toEqual([FAILURES.configFileMissing.code]);
    expect(codeOf(directory)).toEqual([FAILURES.configFileUnreadable.code]);
    writeFileSync(join(directory, "large.yaml"), new Uint8Array(4 * 1024 * 1024 + 1));
    expect(codeOf(join(directory, "large.yaml"))).toEqual([FAILURES.configTooLarge.code]);
  });

  test("names the place of bytes that are no UTF-8", () => {
    const bytes = Buffer.concat([Buffer.from("# ä\nlog: é"), Buffer.from([0xe4, 0x0a])]);
    expect(load(bytes).errors).toEqual([[FAILURES.configEncoding.code, "", 2, 7]]);
    expect(load(Buffer.from([0xff])).errors).toEqual([[FAILURES.configEncoding.code, "", 1, 1]]);
    expect(load(Buffer.from("log: é").subarray(0, -1)).errors).toEqual([[FAILURES.configEncoding.code, "", 1, 6]]);
  });
});
