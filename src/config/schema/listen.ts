import { FAILURES } from "../../errors/catalogue.ts";
import { normalizeDnsName } from "../host-name.ts";
import type { CertificateConfig, ListenConfig, TlsConfig } from "../model.ts";
import { z } from "../zod.ts";
import { listenAddress } from "./addresses.ts";
import { block } from "./block.ts";
import { choice, filePath, flag, port } from "./fields.ts";
import { type Schema, refuse } from "./schema.ts";

const SERVER_NAME = "a DNS name, without wildcard and port";

const serverName: Schema<string> = z.string({ error: SERVER_NAME }).transform((given, context) => {
  const name = normalizeDnsName(given);
  if (name !== undefined) return name;
  refuse(context, [], FAILURES.configValue.message, { failure: FAILURES.configValue, expected: SERVER_NAME });
  return z.NEVER;
});

const certificateSchema: Schema<CertificateConfig> = block({
  server_name: serverName,
  cert: filePath(),
  key: filePath(),
});

const clientAuthSchema: Schema<{ enabled: boolean }> = block({
  enabled: flag().default(false),
  require_client_cert: flag().default(false),
  ca_file: filePath().optional(),
}).superRefine((auth, context) => {
  // Taking the key without asking for certificates would leave a door open that the operator thinks is shut.
  if (auth.enabled) {
    refuse(context, ["enabled"], "client certificates are not supported yet", { failure: FAILURES.configNotSupported });
  } else if (auth.require_client_cert) {
    refuse(context, ["require_client_cert"], "client certificates are required but not enabled", {
      failure: FAILURES.configConflict,
      hint: "set enabled: true beside it",
    });
  }
});

const tlsSchema: Schema<TlsConfig> = block({
  cert: filePath().optional(),
  key: filePath().optional(),
  certificates: z.array(certificateSchema, { error: "a list of certificates" }).default([]),
  client_auth: clientAuthSchema.optional(),
}).superRefine((tls, context) => {
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    const missing = tls.cert === undefined ? "cert" : "key";
    refuse(context, [missing], `${missing} is missing beside ${missing === "cert" ? "key" : "cert"}`, {
      failure: FAILURES.configMissingKey,
      expected: "both cert and key",
    });
  }
  if (tls.cert === undefined && tls.key === undefined && tls.certificates.length === 0) {
    refuse(context, ["cert"], "the listener has no certificate", {
      failure: FAILURES.configMissingKey,
      expected: "cert and key, or an entry under certificates",
    });
  }
  const names = new Set<string>();
  for (const [index, { server_name }] of tls.certificates.entries()) {
    if (names.has(server_name)) {
      refuse(context, ["certificates", index, "server_name"], `a second certificate for ${server_name}`, {
        failure: FAILURES.configConflict,
        hint: "give each server name one certificate",
      });
    }
    names.add(server_name);
  }
});

/** `listen` and each of `listeners`. Paths are still as written. */
export const listenSchema: Schema<ListenConfig> = block({
  protocol: choice(["http3"]).default("http3"),
  address: listenAddress().default("0.0.0.0"),
  port: port().default(9889),
  tls: tlsSchema,
});
