/**
 * What the configuration says about one backend, in the terms of its client.
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BackendConfig, Config, UpstreamConfig, UpstreamTlsConfig } from "../config/model.ts";
import { FAILURES } from "../errors/catalogue.ts";
import { SpookyError } from "../errors/spooky-error.ts";
import type { Logger } from "../observe/log.ts";
import type { BackendOptions, BackendTls } from "../upstream/backend-options.ts";

export function backendOptions(
  config: Config,
  upstream: UpstreamConfig,
  backend: BackendConfig,
  log: Logger,
): BackendOptions {
  const { performance } = config;
  return {
    ...backend.endpoint,
    tls: tlsOptions(upstream.tls),
    connectTimeoutMs: performance.backend_connect_timeout_ms,
    headersTimeoutMs: performance.backend_timeout_ms,
    bodyIdleTimeoutMs: performance.backend_body_idle_timeout_ms,
    bodyTotalTimeoutMs: performance.backend_body_total_timeout_ms,
    totalTimeoutMs: performance.backend_total_request_timeout_ms,
    maxIdleSessions: performance.h2_pool_max_idle_per_backend,
    idleTimeoutMs: performance.h2_pool_idle_timeout_ms,
    maxResponseBodyBytes: performance.max_response_body_bytes,
    log,
  };
}

function tlsOptions(tls: UpstreamTlsConfig): BackendTls {
  const ca = [
    ...(tls.ca_file === undefined ? [] : [readCa(tls.ca_file)]),
    ...(tls.ca_dir === undefined ? [] : readCaDirectory(tls.ca_dir)),
  ];
  return {
    verify: tls.verify_certificates,
    sendSni: tls.strict_sni,
    ...(ca.length === 0 ? {} : { ca: ca.join("\n") }),
  };
}

function readCaDirectory(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && /\.(?:pem|crt|cer)$/.test(entry.name))
      .map((entry) => readCa(join(directory, entry.name)));
  } catch (cause) {
    throw cause instanceof SpookyError ? cause : unreadable(directory, cause);
  }
}

function readCa(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): SpookyError {
  return new SpookyError(FAILURES.tlsCaUnreadable, file, { cause, place: { file } });
}
