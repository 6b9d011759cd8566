import { FAILURES } from "../errors/catalogue.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Config, PerformanceConfig, UpstreamConfig } from "./model.ts";
import { PERFORMANCE_KEYS_WITHOUT_EFFECT } from "./performance-support.ts";
import type { ConfigSource } from "./source/config-source.ts";

/** What an operator should know of a config that can be used. */
export function findWarnings(source: ConfigSource, config: Config): Diagnostic[] {
  const found: Diagnostic[] = [];
  if (source.value(["listen"]) !== undefined && source.value(["listeners", 0]) !== undefined) {
    const message = "listen is left out, for listeners is given";
    found.push(source.atKey(["listen"], { failure: FAILURES.configNoEffect, severity: "warning", message }));
  }
  for (const key of givenKeys(source, ["performance"])) {
    if (!PERFORMANCE_KEYS_WITHOUT_EFFECT.has(key as keyof PerformanceConfig)) continue;
    found.push(source.atKey(["performance", key], { failure: FAILURES.configNoEffect, severity: "warning" }));
  }
  const placesTold = new Set<string>();
  for (const upstream of Object.values(config.upstream)) {
    const path = unverifiedPath(source, upstream);
    if (path !== undefined && !placesTold.has(path.join("."))) {
      placesTold.add(path.join("."));
      const message = "certificates of backends are not verified, and at a bare address cleartext is accepted";
      const hint = "set it to true, with ca_file for certificates of your own";
      found.push(
        source.atValue(path, { failure: FAILURES.configInsecureUpstream, severity: "warning", message, hint }),
      );
    }
    for (const [index, { endpoint }] of upstream.backends.entries()) {
      if (endpoint.scheme !== "http") continue;
      const message = "requests go to this backend in cleartext";
      const place = ["upstream", upstream.name, "backends", index, "address"];
      found.push(source.atValue(place, { failure: FAILURES.configInsecureUpstream, severity: "warning", message }));
    }
  }
  return found;
}

/** Where verification is switched off for an upstream that would need it. */
function unverifiedPath(source: ConfigSource, upstream: UpstreamConfig): PropertyKey[] | undefined {
  if (upstream.tls.verify_certificates) return undefined;
  if (upstream.backends.every(({ endpoint }) => endpoint.scheme === "http")) return undefined;
  const own = ["upstream", upstream.name, "tls"];
  return [...(source.value(own) === undefined ? ["upstream_tls"] : own), "verify_certificates"];
}

function givenKeys(source: ConfigSource, path: readonly PropertyKey[]): string[] {
  const value = source.value(path);
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}
