import { loadConfig } from "../../config/load-config.ts";
import { type Command, EXIT } from "./command.ts";
import { configOrReport } from "./load-or-report.ts";
import { readArguments } from "./read-arguments.ts";

/** `spooky config diff`: what would be different, defaults and all. */
export const CONFIG_DIFF: Command = {
  name: "config diff",
  usage: "OLD NEW",
  summary: "Print what differs between two configs as they take effect",
  async run(argv) {
    const { words } = readArguments(argv, {}, [2, 2]);
    const configs = words.map((path) => configOrReport(loadConfig(path)));
    const [before, after] = configs;
    if (before === undefined || after === undefined) return EXIT.failed;
    const lines = compareValues(flatten(before), flatten(after));
    process.stdout.write(lines.map((line) => `${line}\n`).join(""));
    return EXIT.ok;
  },
};

/** Values by key path; list elements that have a name or an id go by that, so that inserting one moves none. */
export function flatten(value: unknown, path = "", into: Map<string, string> = new Map()): Map<string, string> {
  if (Array.isArray(value)) {
    value.forEach((element, index) => flatten(element, `${path}[${labelOf(element) ?? index}]`, into));
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) flatten(inner, path === "" ? key : `${path}.${key}`, into);
  } else if (value !== undefined) {
    into.set(path, JSON.stringify(value));
  }
  return into;
}

function labelOf(element: unknown): string | undefined {
  if (typeof element !== "object" || element === null) return undefined;
  for (const key of ["name", "id", "server_name"]) {
    const label: unknown = Reflect.get(element, key);
    if (typeof label === "string") return label;
  }
  return undefined;
}

/** One line per difference: `- path: old`, `+ path: new`, `~ path: old → new`, sorted by path. */
export function compareValues(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const lines: string[] = [];
  for (const path of [...new Set([...before.keys(), ...after.keys()])].toSorted()) {
    const [old, now] = [before.get(path), after.get(path)];
    if (old === now) continue;
    if (old === undefined) lines.push(`+ ${path}: ${now}`);
    else if (now === undefined) lines.push(`- ${path}: ${old}`);
    else lines.push(`~ ${path}: ${old} → ${now}`);
  }
  return lines;
}
