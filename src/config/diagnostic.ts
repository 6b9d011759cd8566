import type { Failure } from "../errors/failure.ts";

/** One thing to say of a config file. */
export interface Diagnostic {
  readonly failure: Failure;
  /** An error keeps the config from being used. */
  readonly severity: "error" | "warning";
  /** Key path, such as `upstream.api.backends[0].address`; "" for the file as a whole. */
  readonly path: string;
  /** One sentence without the path and the place. */
  readonly message: string;
  readonly expected?: string | undefined;
  /** The value that is there, shortened. */
  readonly found?: string | undefined;
  /** What to do about it. */
  readonly hint?: string | undefined;
  readonly file: string;
  /** From 1; absent when the file could not be read at all. */
  readonly line?: number | undefined;
  /** From 1, in UTF-16 units. */
  readonly column?: number | undefined;
  readonly excerpt?: Excerpt | undefined;
}

/** The line that a diagnostic points at. */
export interface Excerpt {
  readonly text: string;
  /** How many characters from `column` on are meant; at least 1. */
  readonly length: number;
}

/** `file:line:column`, as far as known. */
export function formatPlace({ file, line, column }: { file?: string; line?: number; column?: number }): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}

/** Several lines for a person: the place, what is wrong, the source with a caret, and what to do. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { excerpt, line, column, expected, found, hint } = diagnostic;
  const lines = [formatDiagnosticLine({ ...diagnostic, hint: undefined })];
  if (excerpt !== undefined && line !== undefined && column !== undefined) {
    const margin = String(line).length;
    // Tabs stay tabs, so that the caret stands under its character however wide they are shown.
    const indent = excerpt.text.slice(0, column - 1).replace(/[^\t]/gu, " ");
    lines.push(`${" ".repeat(margin)} |`, `${line} | ${excerpt.text}`);
    lines.push(`${" ".repeat(margin)} | ${indent}${"^".repeat(excerpt.length)}`);
  }
  if (expected !== undefined) lines.push(`  expected: ${expected}`);
  if (found !== undefined) lines.push(`  found: ${found}`);
  if (hint !== undefined) lines.push(`  hint: ${hint}`);
  return lines.join("\n");
}

/** The same in one line, for logs. */
export function formatDiagnosticLine(diagnostic: Diagnostic): string {
  const { failure, severity, path, message, hint } = diagnostic;
  const place = formatPlace({
    file: diagnostic.file,
    ...(diagnostic.line === undefined ? {} : { line: diagnostic.line }),
    ...(diagnostic.column === undefined ? {} : { column: diagnostic.column }),
  });
  const what = path === "" ? message : `${path}: ${message}`;
  return `${place}: ${severity} ${failure.code}: ${what}${hint === undefined ? "" : ` (${hint})`}`;
}
