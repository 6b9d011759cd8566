import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { formatDiagnostic, formatDiagnosticLine } from "../../config/diagnostic.ts";
import { loadConfig } from "../../config/load-config.ts";
import type { Config } from "../../config/model.ts";
import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import { runDaemon } from "../../supervisor/supervisor.ts";
import { type DemoBackend, startDemoBackend } from "./backend.ts";
import { openDevelopmentCertificate } from "./certificate.ts";
import { DEMO_BACKEND_PORT, demoConfig } from "./demo-config.ts";
import { openStateDirectory } from "./state-directory.ts";
import { welcomeText } from "./welcome.ts";

const CONFIG_NAME = "spooky.yaml";

/**
 * Runs the demo until SIGTERM or SIGINT: a certificate, a backend and a config of its own, and with them the same
 * daemon that `--config` runs. A `spooky.yaml` in the current directory is used as it is. Resolves to the exit code;
 * throws a {@link SpookyError} when the start fails.
 */
export async function runDemo(): Promise<number> {
  const certificate = await openDevelopmentCertificate(openStateDirectory(process.env));
  const configPath = resolve(CONFIG_NAME);
  const isNew = !existsSync(configPath);
  if (isNew) writeConfig(configPath, demoConfig(certificate));
  process.stdout.write(`${isNew ? "wrote" : "using"} ${configPath}\n`);

  const loaded = loadConfig(configPath);
  if ("errors" in loaded) {
    for (const error of loaded.errors) process.stderr.write(`${formatDiagnostic(error)}\n`);
    return 1;
  }
  for (const warning of loaded.warnings) process.stderr.write(`${formatDiagnosticLine(warning)}\n`);

  const { config } = loaded;
  const backend = isDemoBackendWanted(config) ? await startDemoBackend(DEMO_BACKEND_PORT) : undefined;
  try {
    return await runDaemon(config, {
      configPath,
      onReady: () => void process.stdout.write(welcomeText(config, configPath, certificate)),
    });
  } finally {
    await stop(backend);
  }
}

/** Somebody's own config may name other backends; then the port is left alone. */
function isDemoBackendWanted(config: Config): boolean {
  return Object.values(config.upstream).some(({ backends }) =>
    backends.some(
      ({ endpoint }) => endpoint.port === DEMO_BACKEND_PORT && /^(?:127\.0\.0\.1|localhost)$/.test(endpoint.host),
    ),
  );
}

function writeConfig(path: string, text: string): void {
  try {
    // Not over a file that came up meanwhile.
    writeFileSync(path, text, { flag: "wx" });
  } catch (cause) {
    const detail = `${path} (${cause instanceof Error ? cause.message : String(cause)})`;
    throw new SpookyError(FAILURES.demoConfigUnwritable, detail, {
      hint: "start it in a directory that may be written, or name a config with --config",
      cause,
    });
  }
}

async function stop(backend: DemoBackend | undefined): Promise<void> {
  await backend?.close();
}
