import { existsSync } from "node:fs";
import { formatDiagnostic, formatDiagnosticLine } from "../config/diagnostic.ts";
import { loadConfig } from "../config/load-config.ts";
import { FAILURES } from "../errors/catalogue.ts";
import { parseArguments } from "./arguments.ts";
import { formatError } from "./format-error.ts";
import { HELP } from "./help.ts";
import { readVersion } from "./version.ts";

/** Stopped cleanly. */
const EXIT_OK = 0;
/** The config is wrong, or the start failed. */
const EXIT_FAILED = 1;
/** The command line is wrong. */
const EXIT_USAGE = 2;

const DEFAULT_CONFIG_PATH = "/etc/spooky/config.yaml";

/** Does what the command line asks for and resolves to the exit code when that has ended. Never rejects. */
export async function run(argv: readonly string[]): Promise<number> {
  const request = parseArguments(argv);
  switch (request.kind) {
    case "help":
      process.stdout.write(HELP);
      return EXIT_OK;
    case "version":
      process.stdout.write(`spooky ${readVersion()}\n`);
      return EXIT_OK;
    case "wrong":
      process.stderr.write(`error ${FAILURES.usage.code}: ${request.problem} (see spooky --help)\n`);
      return EXIT_USAGE;
    case "serve":
      return serve(request.configPath ?? (existsSync(DEFAULT_CONFIG_PATH) ? DEFAULT_CONFIG_PATH : undefined));
  }
}

async function serve(configPath: string | undefined): Promise<number> {
  try {
    if (configPath !== undefined) return await serveConfig(configPath);
    const { runDemo } = await import("./demo/demo.ts");
    return await runDemo();
  } catch (error) {
    process.stderr.write(`${formatError(error)}\n`);
    return EXIT_FAILED;
  }
}

async function serveConfig(configPath: string): Promise<number> {
  const result = loadConfig(configPath);
  if ("errors" in result) {
    for (const error of result.errors) process.stderr.write(`${formatDiagnostic(error)}\n`);
    return EXIT_FAILED;
  }
  for (const warning of result.warnings) process.stderr.write(`${formatDiagnosticLine(warning)}\n`);
  // Loaded only now, so that a wrong config is told of without starting any of the machinery.
  const { runDaemon } = await import("../supervisor/supervisor.ts");
  return runDaemon(result.config, { configPath });
}
