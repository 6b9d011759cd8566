import { FAILURES } from "../errors/catalogue.ts";
import { SpookyError } from "../errors/spooky-error.ts";
import type { LogLevel } from "../observe/log.ts";

/** Every level under both its names, and `off`. */
const LEVELS: ReadonlyMap<string, LogLevel | "off"> = new Map([
  ["trace", "trace"],
  ["whisper", "trace"],
  ["debug", "debug"],
  ["haunt", "debug"],
  ["info", "info"],
  ["spooky", "info"],
  ["warn", "warn"],
  ["scream", "warn"],
  ["error", "error"],
  ["poltergeist", "error"],
  ["off", "off"],
  ["silence", "off"],
]);

/** Which levels are logged, for each target. */
export interface LogFilter {
  /** The least severe level that is logged for `target`; `off` for none. */
  levelFor(target: string): LogLevel | "off";
}

/**
 * Reads a level (`info`, `haunt`) or a list of directives as in RUST_LOG (`spooky_edge=haunt,info`), in any letter case.
 * A directive holds for its target and the targets below it (`spooky_edge::quic`); the longest that fits wins, and of
 * two for one target the later. Targets that none fits have the level given without a target, else `otherwise`.
 * Throws a `SpookyError` (`SPK_CONFIG_VALUE`) for a text that is none of this.
 */
export function parseLogFilter(text: string, otherwise: LogLevel | "off" = "info"): LogFilter {
  let fallback = otherwise;
  const levels = new Map<string, LogLevel | "off">();
  for (const directive of text.split(",")) {
    const trimmed = directive.trim();
    if (trimmed === "") continue;
    const equals = trimmed.indexOf("=");
    if (equals < 0) fallback = readLevel(trimmed);
    else levels.set(readTarget(trimmed.slice(0, equals).trim()), readLevel(trimmed.slice(equals + 1).trim()));
  }
  return { levelFor: (target) => nearestLevel(levels, target) ?? fallback };
}

function nearestLevel(levels: ReadonlyMap<string, LogLevel | "off">, target: string): LogLevel | "off" | undefined {
  if (levels.size === 0) return undefined;
  for (let scope = target; scope !== ""; scope = scope.slice(0, Math.max(0, scope.lastIndexOf("::")))) {
    const level = levels.get(scope);
    if (level !== undefined) return level;
  }
  return undefined;
}

function readLevel(word: string): LogLevel | "off" {
  const level = LEVELS.get(word.toLowerCase());
  if (level !== undefined) return level;
  throw new SpookyError(FAILURES.configValue, `${JSON.stringify(word)} is no log level`, {
    hint: `levels are ${[...LEVELS.keys()].join(", ")}`,
  });
}

function readTarget(word: string): string {
  if (/^[A-Za-z0-9_]+(?:::[A-Za-z0-9_]+)*$/u.test(word)) return word;
  throw new SpookyError(FAILURES.configValue, `${JSON.stringify(word)} is no log target`, {
    hint: "write target=level, for example spooky_edge=debug",
  });
}
