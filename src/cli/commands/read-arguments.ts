import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { UsageError } from "./command.ts";

/** Flags and words of a command line. */
export interface CommandArguments {
  readonly words: readonly string[];
  /** Values of flags; a flag without a value is "". */
  readonly flags: ReadonlyMap<string, string>;
}

/**
 * Reads a command's arguments. `flags` says which there are, and whether they take a value; `wordCount` how many words
 * must stand beside them, at least and at most. Throws a {@link UsageError}.
 */
export function readArguments(
  argv: readonly string[],
  flags: Readonly<Record<string, "value" | "switch">>,
  [least, most]: readonly [number, number],
): CommandArguments {
  const options: ParseArgsOptionsConfig = {};
  for (const [name, kind] of Object.entries(flags)) options[name] = { type: kind === "value" ? "string" : "boolean" };
  const { values, positionals } = parse(argv, options);
  if (positionals.length < least) throw new UsageError("an argument is missing");
  const surplus = positionals[most];
  if (surplus !== undefined) throw new UsageError(`unexpected argument ${JSON.stringify(surplus)}`);
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(values)) found.set(name, typeof value === "string" ? value : "");
  return { words: positionals, flags: found };
}

function parse(argv: readonly string[], options: ParseArgsOptionsConfig): ReturnType<typeof parseArgs> {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The rest of the runtime's message explains its own conventions.
    throw new UsageError(message.split(". ")[0]?.replace(/^\w/, (letter) => letter.toLowerCase()) ?? message);
  }
}
