import { readFileSync } from "node:fs";
import { type Diagnostic, formatDiagnostic } from "../../config/diagnostic.ts";
import { loadConfig } from "../../config/load-config.ts";
import { type ConfigResult, parseConfig } from "../../config/parse-config.ts";
import { type Command, EXIT, UsageError } from "./command.ts";
import { readArguments } from "./read-arguments.ts";

/** `spooky check`: says everything that is wrong with a config, and starts nothing. */
export const CHECK: Command = {
  name: "check",
  usage: "FILE [--format text|json] [--offline]",
  summary: "Say what is wrong with a config; --offline looks at no file that it names",
  async run(argv) {
    const { words, flags } = readArguments(argv, { format: "value", offline: "switch" }, [1, 1]);
    const format = flags.get("format") ?? "text";
    if (format !== "text" && format !== "json") throw new UsageError("--format is text or json");
    const path = words[0] ?? "";
    const result = flags.has("offline") ? parseOffline(path) : loadConfig(path);
    const found = "errors" in result ? result.errors : result.warnings;
    process.stdout.write(format === "json" ? jsonReport(found) : textReport(path, found));
    return "errors" in result ? EXIT.failed : EXIT.ok;
  },
};

/** Only the text is looked at; that the file itself cannot be read is told as `loadConfig` does. */
function parseOffline(path: string): ConfigResult {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return loadConfig(path);
  }
  return parseConfig(text, path);
}

function textReport(path: string, found: readonly Diagnostic[]): string {
  const errorCount = found.filter(({ severity }) => severity === "error").length;
  const warningCount = found.length - errorCount;
  const verdict = errorCount > 0 ? `${count(errorCount, "error")}` : "ok";
  const warnings = warningCount > 0 ? `, ${count(warningCount, "warning")}` : "";
  return [...found.map(formatDiagnostic), `${path}: ${verdict}${warnings}`, ""].join("\n");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** `{ok, diagnostics: [{severity, code, file, line, column, path, message, expected, found, hint}]}`. */
function jsonReport(found: readonly Diagnostic[]): string {
  const diagnostics = found.map(
    ({ failure, severity, path, message, expected, found: value, hint, file, line, column }) => ({
      code: failure.code,
      severity,
      file,
      line,
      column,
      path,
      message,
      expected,
      found: value,
      hint,
    }),
  );
  const ok = !found.some(({ severity }) => severity === "error");
  return `${JSON.stringify({ ok, diagnostics }, null, 2)}\n`;
}
