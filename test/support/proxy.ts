import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DevelopmentCertificate, openDevelopmentCertificate } from "../../src/cli/demo/certificate.ts";
import { DaemonProcess } from "./daemon-process.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;
const directory = mkdtempSync(join(tmpdir(), "spooky-certificates-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));

/** A certificate for localhost, the same for all tests of a file. */
export const certificate: DevelopmentCertificate = await openDevelopmentCertificate(directory);

export interface ProxyOptions {
  /** Entries of `upstream:`, without indentation. */
  readonly upstream: string;
  /** Further root blocks. */
  readonly extra?: string;
  /** Lines of `performance:`. */
  readonly performance?: string;
  readonly logLevel?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the real program with a config and waits until it serves. */
export async function startProxy(options: ProxyOptions): Promise<DaemonProcess> {
  const daemon = new DaemonProcess({
    command: [process.execPath, MAIN, "--config"],
    env: options.env ?? {},
    config: (ports) => `version: 1
listen:
  address: 127.0.0.1
  port: ${ports.listen}
  tls:
    cert: ${certificate.certificatePath}
    key: ${certificate.keyPath}
log:
  level: ${options.logLevel ?? "info"}
observability:
  metrics:
    port: ${ports.metrics}
  control_api:
    port: ${ports.control}
performance:
${indent(options.performance ?? "worker_threads: 1")}
upstream:
${indent(options.upstream)}
${options.extra ?? ""}
`,
  });
  try {
    await daemon.untilReady();
  } catch (error) {
    await daemon.dispose();
    throw error;
  }
  return daemon;
}

/** One upstream with route `/` and these backends. */
export function simpleUpstream(...addresses: readonly string[]): string {
  const backends = addresses.map((address, index) => `    - {id: b${index}, address: "${address}"}`);
  return `app:\n  route:\n    path_prefix: /\n  backends:\n${backends.join("\n")}`;
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
