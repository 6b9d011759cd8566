import { dirname, resolve } from "node:path";
import { FAILURES } from "../errors/catalogue.ts";
import { checkCallouts } from "./check-callouts.ts";
import { type CheckedParts, checkConflicts } from "./check-conflicts.ts";
import { completeConfig } from "./complete-config.ts";
import { diagnoseIssues } from "./diagnose-issues.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { findWarnings } from "./find-warnings.ts";
import type { Config, ListenConfig, PerformanceConfig } from "./model.ts";
import { PERFORMANCE_KEYS_NOT_YET } from "./performance-support.ts";
import { listenSchema } from "./schema/listen.ts";
import { observabilitySchema } from "./schema/observability.ts";
import { rootSchema } from "./schema/root.ts";
import { type UpstreamInput, upstreamSchema } from "./schema/upstream.ts";
import { upstreamTlsSchema } from "./schema/upstream-tls.ts";
import type { ConfigSource } from "./source/config-source.ts";
import { readYaml } from "./source/read-yaml.ts";

/** Longest config text, in bytes of UTF-8. */
export const MAX_CONFIG_BYTES: number = 4 * 1024 * 1024;

/** A config that can be used, or everything that is wrong with it. */
export type ConfigResult =
  | { readonly config: Config; readonly warnings: readonly Diagnostic[]; readonly source: ConfigSource }
  | { readonly errors: readonly Diagnostic[] };

/**
 * Reads and checks a whole config. Relative paths count from the directory of `fileName`. Touches no file and never
 * throws; all errors are told at once, in the order of the text.
 */
export function parseConfig(text: string, fileName: string): ConfigResult {
  if (Buffer.byteLength(text) > MAX_CONFIG_BYTES) {
    const failure = FAILURES.configTooLarge;
    const hint = `the limit is ${MAX_CONFIG_BYTES} bytes`;
    return { errors: [{ failure, severity: "error", path: "", message: failure.message, hint, file: fileName }] };
  }
  const { source, value, errors: yamlErrors } = readYaml(text, fileName);
  if (value === undefined) return { errors: inTextOrder(yamlErrors) };
  const root = withoutReplacedListen(value);
  const parsed = rootSchema.safeParse(root);
  const errors = [
    ...yamlErrors,
    ...(parsed.success ? [] : diagnoseIssues(source, rootSchema, parsed.error.issues)),
    ...refuseByHand(source, root),
    ...checkConflicts(source, collectParts(root)),
  ];
  if (errors.length > 0 || !parsed.success) return { errors: inTextOrder(errors) };
  const config = completeConfig(parsed.data, dirname(resolve(fileName)));
  const unknown = checkCallouts(source, config);
  if (unknown.length > 0) return { errors: inTextOrder(unknown) };
  return { config, warnings: inTextOrder(findWarnings(source, config)), source };
}

/** A non-empty `listeners` replaces `listen`, which then need not even be right. */
function withoutReplacedListen(value: unknown): unknown {
  if (!isMapping(value) || !Array.isArray(value["listeners"]) || value["listeners"].length === 0) return value;
  const { listen: _, ...rest } = value;
  return rest;
}

/** What the schema cannot say. */
function refuseByHand(source: ConfigSource, root: unknown): Diagnostic[] {
  if (!isMapping(root)) return [];
  const found: Diagnostic[] = [];
  if (!("listen" in root) && !(Array.isArray(root["listeners"]) && root["listeners"].length > 0)) {
    const remark = { failure: FAILURES.configMissingKey, expected: "listen, or a list of listeners" };
    found.push(source.atValue(["listen"], remark));
  }
  const { performance, upstream } = root;
  if (isMapping(performance)) {
    for (const key of Object.keys(performance)) {
      if (!PERFORMANCE_KEYS_NOT_YET.has(key as keyof PerformanceConfig)) continue;
      found.push(source.atKey(["performance", key], { failure: FAILURES.configNotSupported }));
    }
  }
  if (isMapping(upstream) && Object.hasOwn(upstream, "__proto__")) {
    found.push(source.atKey(["upstream", "__proto__"], { failure: FAILURES.configValue, expected: "another name" }));
  }
  return found;
}

/** Takes the parts that are right in themselves, so that an error in one does not hide conflicts between the others. */
function collectParts(root: unknown): CheckedParts {
  const listeners: { path: PropertyKey[]; value: ListenConfig }[] = [];
  const upstreams: { path: PropertyKey[]; value: UpstreamInput }[] = [];
  if (!isMapping(root)) return { listeners, upstreams, upstreamTls: undefined, observability: undefined };
  const { listen, listeners: list, upstream } = root;
  const listenCandidates: [PropertyKey[], unknown][] = [[["listen"], listen]];
  if (Array.isArray(list)) list.forEach((entry, index) => listenCandidates.push([["listeners", index], entry]));
  for (const [path, candidate] of listenCandidates) {
    const parsed = listenSchema.safeParse(candidate);
    if (parsed.success) listeners.push({ path, value: parsed.data });
  }
  for (const [name, candidate] of isMapping(upstream) ? Object.entries(upstream) : []) {
    const parsed = upstreamSchema.safeParse(candidate);
    if (parsed.success) upstreams.push({ path: ["upstream", name], value: parsed.data });
  }
  return {
    listeners,
    upstreams,
    upstreamTls: upstreamTlsSchema.safeParse(root["upstream_tls"] ?? {}).data,
    observability: observabilitySchema.safeParse(root["observability"]).data,
  };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function inTextOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}
