/**
 * Whether the files that a config names are there and what they should be, so that a wrong one is told of with its
 * place in the config.
 * @module
 */
import { createHash, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { CertificateConfig, Config, LoadBalancingConfig, TlsConfig, UpstreamTlsConfig } from "./model.ts";
import type { ConfigSource } from "./source/config-source.ts";

type Path = readonly PropertyKey[];
type Report = (path: Path, failure: Failure, message: string, more?: { severity?: "warning"; hint?: string }) => void;

/** Checks certificates, keys, CA files and modules. What has expired is a warning, everything else an error. */
export function checkFiles(source: ConfigSource, config: Config): Diagnostic[] {
  const found: Diagnostic[] = [];
  const report: Report = (path, failure, message, more = {}) => {
    found.push(source.atValue(path, { failure, message, ...more }));
  };
  const isList = config.listeners.length > 0 && source.value(["listeners", 0]) !== undefined;
  for (const [index, { tls }] of config.listeners.entries()) {
    checkListener(report, isList ? ["listeners", index, "tls"] : ["listen", "tls"], tls);
  }
  checkTrust(report, ["upstream_tls"], config.upstream_tls);
  checkModule(report, ["routing"], config.routing);
  for (const [index, filter] of config.filters.entries()) checkModule(report, ["filters", index], filter);
  // The root's block is one place in the file, however many upstreams have it.
  let inherited: LoadBalancingConfig | undefined;
  for (const upstream of Object.values(config.upstream)) {
    const path = ["upstream", upstream.name];
    if (source.value([...path, "tls"]) !== undefined) checkTrust(report, [...path, "tls"], upstream.tls);
    const own = [...path, "load_balancing"];
    if (source.value(own) !== undefined) checkModule(report, own, upstream.load_balancing);
    else inherited ??= upstream.load_balancing;
    for (const [index, filter] of upstream.filters.entries()) checkModule(report, [...path, "filters", index], filter);
  }
  if (inherited !== undefined) checkModule(report, ["load_balancing"], inherited);
  return found;
}

function checkListener(report: Report, path: Path, tls: TlsConfig): void {
  if (tls.cert !== undefined && tls.key !== undefined) checkPair(report, path, tls.cert, tls.key);
  for (const [index, entry] of tls.certificates.entries()) {
    const place = [...path, "certificates", index];
    const leaf = checkPair(report, place, entry.cert, entry.key);
    if (leaf !== undefined) checkServerName(report, place, leaf, entry);
  }
}

function checkServerName(report: Report, path: Path, leaf: X509Certificate, entry: CertificateConfig): void {
  if (leaf.checkHost(entry.server_name) !== undefined) return;
  const names = leaf.subjectAltName ?? leaf.subject;
  report([...path, "server_name"], FAILURES.tlsServerNameMismatch, `${entry.cert} does not cover it, but ${names}`);
}

/** Returns the certificate if it can be read. */
function checkPair(report: Report, path: Path, certFile: string, keyFile: string): X509Certificate | undefined {
  const certPlace = [...path, "cert"];
  const keyPlace = [...path, "key"];
  const certPem = readNamed(
    report,
    certPlace,
    certFile,
    FAILURES.tlsCertificateMissing,
    FAILURES.tlsCertificateUnreadable,
  );
  const keyPem = readNamed(report, keyPlace, keyFile, FAILURES.tlsKeyMissing, FAILURES.tlsKeyUnreadable);
  const leaf = attempt(certPem, (pem) => new X509Certificate(pem));
  if (certPem !== undefined && leaf === undefined) {
    report(certPlace, FAILURES.tlsCertificateUnreadable, `${certFile} holds no PEM certificate`);
  }
  const key = attempt(keyPem, (pem): KeyObject => createPrivateKey(pem));
  if (keyPem !== undefined && key === undefined) {
    report(keyPlace, FAILURES.tlsKeyUnreadable, `${keyFile} holds no PEM private key without a passphrase`);
  }
  if (leaf === undefined) return undefined;
  if (key !== undefined && !leaf.checkPrivateKey(key)) {
    const hint = "the first certificate of cert must be the key's own, not an issuer's";
    report(keyPlace, FAILURES.tlsKeyMismatch, `${keyFile} is not the key of ${certFile}`, { hint });
  }
  if (Date.parse(leaf.validTo) < Date.now()) {
    const message = `${certFile} expired on ${leaf.validTo}`;
    report(certPlace, FAILURES.tlsCertificateExpired, message, { severity: "warning", hint: "renew it" });
  }
  return leaf;
}

function checkTrust(report: Report, path: Path, tls: UpstreamTlsConfig): void {
  if (tls.ca_file !== undefined) {
    const pem = readNamed(
      report,
      [...path, "ca_file"],
      tls.ca_file,
      FAILURES.tlsCaUnreadable,
      FAILURES.tlsCaUnreadable,
    );
    if (pem !== undefined && attempt(pem, (text) => new X509Certificate(text)) === undefined) {
      report([...path, "ca_file"], FAILURES.tlsCaUnreadable, `${tls.ca_file} holds no PEM certificate`);
    }
  }
  if (tls.ca_dir === undefined) return;
  const { ca_dir: directory } = tls;
  try {
    const names = readdirSync(directory);
    const hasOne = names.some((name) =>
      attempt(name, (file) => new X509Certificate(readFileSync(join(directory, file)))),
    );
    if (!hasOne) report([...path, "ca_dir"], FAILURES.tlsCaUnreadable, `${directory} holds no PEM certificate`);
  } catch (error) {
    report([...path, "ca_dir"], FAILURES.tlsCaUnreadable, `${directory}: ${reasonOf(error)}`);
  }
}

function checkModule(
  report: Report,
  path: Path,
  module: { readonly file?: string | undefined; readonly sha256?: string | undefined },
): void {
  if (module.file === undefined) return;
  const bytes = readNamed(report, [...path, "file"], module.file, FAILURES.moduleMissing, FAILURES.moduleUnreadable);
  if (bytes === undefined || module.sha256 === undefined) return;
  const sum = createHash("sha256").update(bytes).digest("hex");
  if (sum === module.sha256) return;
  report([...path, "sha256"], FAILURES.moduleHashMismatch, `${module.file} has the sha256 ${sum}`);
}

function readNamed(
  report: Report,
  path: Path,
  file: string,
  missing: Failure,
  unreadable: Failure,
): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === "it does not exist") report(path, missing, `${missing.message}: ${file}`);
    else report(path, unreadable, `${unreadable.message}: ${file}: ${reason}`);
    return undefined;
  }
}

function attempt<T, R>(value: T | undefined, make: (value: T) => R): R | undefined {
  if (value === undefined) return undefined;
  try {
    return make(value);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  if (code === "ENOENT" || code === "ENOTDIR") return "it does not exist";
  if (code === "EACCES") return "permission denied";
  return code === "EISDIR" ? "it is a directory" : code;
}
