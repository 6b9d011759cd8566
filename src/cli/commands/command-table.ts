import { CHECK } from "./check.ts";
import type { Command } from "./command.ts";
import { CONFIG_DIFF } from "./config-diff.ts";
import { CONFIG_SHOW } from "./config-show.ts";
import { FILTER_BENCH } from "./filter/bench.ts";
import { FILTER_INSPECT } from "./filter/inspect.ts";
import { INIT } from "./init.ts";
import { SCHEMA } from "./schema.ts";

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  CHECK,
  INIT,
  SCHEMA,
  CONFIG_SHOW,
  CONFIG_DIFF,
  FILTER_INSPECT,
  FILTER_BENCH,
];

/** The command that a command line begins with and the arguments after its name, or undefined. */
export function findCommand(argv: readonly string[]): { command: Command; argv: readonly string[] } | undefined {
  for (const command of COMMANDS) {
    const words = command.name.split(" ");
    if (words.every((word, index) => argv[index] === word)) return { command, argv: argv.slice(words.length) };
  }
  return undefined;
}
