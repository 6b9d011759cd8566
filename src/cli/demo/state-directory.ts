import { chmodSync, mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";

/** The environment variables that decide, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where the demo keeps its certificate: `$SPOOKY_STATE_DIR`, else `spooky` in `$XDG_STATE_HOME` (only when absolute, as
 * the XDG base directory specification wants it), else `~/.local/state/spooky`.
 */
export function stateDirectoryPath(environment: Environment): string {
  const own = environment["SPOOKY_STATE_DIR"];
  if (own !== undefined && own !== "") return resolve(own);
  const shared = environment["XDG_STATE_HOME"];
  if (shared !== undefined && isAbsolute(shared)) return join(shared, "spooky");
  return join(environment["HOME"] || homedir(), ".local", "state", "spooky");
}

/** Makes the directory, readable by its owner only, and returns its path. Throws a {@link SpookyError} when it cannot. */
export function openStateDirectory(environment: Environment): string {
  const path = stateDirectoryPath(environment);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    // It may have been there before, with another mode, or the umask may have been narrower than wanted.
    if ((statSync(path).mode & 0o777) !== 0o700) chmodSync(path, 0o700);
  } catch (cause) {
    const detail = `${path} (${cause instanceof Error ? cause.message : String(cause)})`;
    throw new SpookyError(FAILURES.demoStateDirectory, detail, {
      hint: "set SPOOKY_STATE_DIR to a directory that may be written",
      cause,
    });
  }
  return path;
}
