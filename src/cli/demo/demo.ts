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
import { DEMO_BACKEND_ID, demoConfig, demoPorts } from "./demo-config.ts";
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
  if (isNew) writeConfig(configPath, demoConfig(certificate, demoPorts(readPort(process.env))));
  process.stdout.write(`${isNew ? "wrote" : "using"} ${configPath}\n`);

  const loaded = loadConfig(configPath);
  if ("errors" in loaded) {
    for (const error of loaded.errors) process.stderr.write(`${formatDiagnostic(error)}\n`);
    return 1;
  }
  for (const warning of loaded.warnings) process.stderr.write(`${formatDiagnosticLine(warning)}\n`);

  const { config } = loaded;
  const backendPort = demoBackendPort(config);
  const backend = backendPort === undefined ? undefined : await startDemoBackend(backendPort);
  try {
    return await runDaemon(config, {
      configPath,
      onReady: () => void process.stdout.write(welcomeText(config, configPath, certificate)),
    });
  } finally {
    await stop(backend);
  }
}

/** Where the config wants the demo's backend; somebody's own config may name other backends only. */
function demoBackendPort(config: Config): number | undefined {
  const backends = Object.values(config.upstream).flatMap((upstream) => upstream.backends);
  return backends.find(({ id }) => id === DEMO_BACKEND_ID)?.endpoint.port;
}

/** SPOOKY_DEMO_PORT, or undefined. */
function readPort(env: NodeJS.ProcessEnv): number | undefined {
  const text = env["SPOOKY_DEMO_PORT"];
  if (text === undefined || text === "") return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= 65_532) return port;
  throw new SpookyError(FAILURES.usage, `SPOOKY_DEMO_PORT is no port: ${text}`, { hint: "give a number up to 65532" });
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
