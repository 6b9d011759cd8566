import type { Config } from "../../config/model.ts";
import type { DevelopmentCertificate } from "./certificate.ts";

/** What the demo prints once it serves: what it is, and what to try. */
export function welcomeText(config: Config, configPath: string, certificate: DevelopmentCertificate): string {
  const origin = originOf(config);
  const { metrics, control_api: control } = config.observability;
  const lines = [
    "",
    `Spooky serves ${origin} over HTTP/3, HTTP/2 and HTTP/1.1.`,
    "",
    "Try:",
    `  curl -k ${origin}/headers`,
    `  curl --http3-only -k -i ${origin}/headers     (needs a curl with HTTP/3)`,
    `  curl -k --data-binary 'boo' ${origin}/echo`,
  ];
  if (metrics.enabled) lines.push(`  curl http://${hostPort(metrics.address, metrics.port)}${metrics.path}`);
  if (control.enabled) lines.push(`  curl http://${hostPort(control.address, control.port)}${control.health_path}`);
  return [
    ...lines,
    "",
    `Config:      ${configPath}`,
    `Certificate: ${certificate.certificatePath}, until ${certificate.validUntil.toISOString().slice(0, 10)}`,
    "",
    "To have your machine trust it, so that curl needs no -k and browsers use HTTP/3:",
    ...trustCommands(certificate.authorityPath).map((command) => `  ${command}`),
    "",
    "Stop with Ctrl+C.",
    "",
    "",
  ].join("\n");
}

/** Commands that make this machine, and Chromium, trust the authority. Its key no longer exists: see the docs. */
export function trustCommands(authorityPath: string): string[] {
  const quoted = /^[\w./-]+$/.test(authorityPath) ? authorityPath : `'${authorityPath.replaceAll("'", "'\\''")}'`;
  return [
    `sudo cp ${quoted} /usr/local/share/ca-certificates/spooky-development.crt && sudo update-ca-certificates`,
    `certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n spooky-development -i ${quoted}     (Chromium)`,
  ];
}

function originOf(config: Config): string {
  const listener = config.listeners[0];
  if (listener === undefined) return "";
  const isLocal = ["127.0.0.1", "::1", "0.0.0.0", "::"].includes(listener.address);
  return `https://${hostPort(isLocal ? "localhost" : listener.address, listener.port)}`;
}

function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
