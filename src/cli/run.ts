import { existsSync } from "node:fs";
import { formatDiagnostic, formatDiagnosticLine } from "../config/diagnostic.ts";
import { loadConfig } from "../config/load-config.ts";
import { FAILURES } from "../errors/catalogue.ts";
import { parseArguments } from "./arguments.ts";
import { type Command, EXIT, UsageError, usageOf } from "./commands/command.ts";
import { findCommand } from "./commands/command-table.ts";
import { formatError } from "./format-error.ts";
import { HELP } from "./help.ts";
import { readVersion } from "./version.ts";

const DEFAULT_CONFIG_PATH = "/etc/spooky/config.yaml";

/** Does what the command line asks for and resolves to the exit code when that has ended. Never rejects. */
export async function run(argv: readonly string[]): Promise<number> {
  const found = findCommand(argv);
  if (found !== undefined) return runCommand(found.command, found.argv);
  const request = parseArguments(argv);
  switch (request.kind) {
    case "help":
      process.stdout.write(HELP);
      return EXIT.ok;
    case "version":
      process.stdout.write(`spooky ${readVersion()}\n`);
      return EXIT.ok;
    case "wrong":
      return refuse(`${request.problem} (see spooky --help)`);
    case "serve":
      return serve(request.configPath ?? (existsSync(DEFAULT_CONFIG_PATH) ? DEFAULT_CONFIG_PATH : undefined));
  }
}

async function runCommand(command: Command, argv: readonly string[]): Promise<number> {
  try {
    if (argv.includes("--help") || argv.includes("-h")) {
      process.stdout.write(`${command.summary}.\n\nUsage: spooky ${usageOf(command)}\n`);
      return EXIT.ok;
    }
    return await command.run(argv);
  } catch (error) {
    if (error instanceof UsageError) return refuse(`${error.message} (usage: spooky ${usageOf(command)})`);
    process.stderr.write(`${formatError(error)}\n`);
    return EXIT.failed;
  }
}

function refuse(problem: string): number {
  process.stderr.write(`error ${FAILURES.usage.code}: ${problem}\n`);
  return EXIT.usage;
}

async function serve(configPath: string | undefined): Promise<number> {
  try {
    if (configPath !== undefined) return await serveConfig(configPath);
    const { runDemo } = await import("./demo/demo.ts");
    return await runDemo();
  } catch (error) {
    process.stderr.write(`${formatError(error)}\n`);
    return EXIT.failed;
  }
}

async function serveConfig(configPath: string): Promise<number> {
  const result = loadConfig(configPath);
  if ("errors" in result) {
    for (const error of result.errors) process.stderr.write(`${formatDiagnostic(error)}\n`);
    return EXIT.failed;
  }
  for (const warning of result.warnings) process.stderr.write(`${formatDiagnosticLine(warning)}\n`);
  // Loaded only now, so that a wrong config is told of without starting any of the machinery.
  const { runDaemon } = await import("../supervisor/supervisor.ts");
  return runDaemon(result.config, { configPath });
}
