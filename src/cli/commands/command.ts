/**
 * What the program can do besides serving. One file of this folder per command.
 * @module
 */

/** Exit codes of every command. */
export const EXIT = {
  ok: 0,
  /** What was asked for failed, or the answer is no. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
} as const;

export interface Command {
  /** One word, or two for a command of a group: `config show`. */
  readonly name: string;
  /** Arguments as shown in the help: `FILE [--format json]`. */
  readonly usage: string;
  /** One sentence without a full stop. */
  readonly summary: string;
  /** Resolves to the exit code. Throws a {@link UsageError} for arguments that make no sense. */
  run(argv: readonly string[]): Promise<number>;
}

/** The command line asks for something that there is not. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** How a command is called: its name and arguments. */
export function usageOf({ name, usage }: Command): string {
  return usage === "" ? name : `${name} ${usage}`;
}
