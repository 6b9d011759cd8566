import { describe, expect, test } from "bun:test";
import { type Diagnostic, formatDiagnostic, formatDiagnosticLine } from "./diagnostic.ts";
import { parseConfig } from "./parse-config.ts";

function errorsOf(text: string): readonly Diagnostic[] {
  const result = parseConfig(text, "spooky.yaml");
  return "errors" in result ? result.errors : [];
}

const VALID =
  "listen: {tls: {cert: c, key: k}}\nupstream: {a: {route: {host: a.example}, backends: [{id: a, address: a.example}]}}\n";

describe("a diagnostic", () => {
  test("shows place, code, path, the line with a caret, what was expected and found, and a hint", () => {
    const [error] = errorsOf(`${VALID}performance:\n  worker_threads: "2"\n`);
    expect(error === undefined ? "" : formatDiagnostic(error)).toBe(
      [
        "spooky.yaml:4:19: error SPK_CONFIG_TYPE: performance.worker_threads: value of the wrong type",
        "  |",
        '4 |   worker_threads: "2"',
        "  |                   ^^^",
        "  expected: a whole number from 1 to 1024",
        '  found: "2"',
        "  hint: remove the quotes",
      ].join("\n"),
    );
  });

  test("fits on one line for logs", () => {
    const [error] = errorsOf(`${VALID}perfomance: {}\n`);
    expect(error === undefined ? "" : formatDiagnosticLine(error)).toBe(
      "spooky.yaml:3:1: error SPK_CONFIG_UNKNOWN_KEY: perfomance: unknown key (did you mean performance?)",
    );
  });

  test("keeps its caret under the character after tabs", () => {
    const [error] = errorsOf(`${VALID}log: {\tlevel:\tloud}\n`);
    const lines = error === undefined ? [] : formatDiagnostic(error).split("\n");
    expect(lines[2]).toBe("3 | log: {\tlevel:\tloud}");
    expect(lines[3]).toBe("  |       \t      \t^^^^");
  });

  test("cuts long lines, and leaves the excerpt out when the place lies beyond the cut", () => {
    const [near] = errorsOf(`${VALID}log: {level: ${"x".repeat(1000)}}\n`);
    expect(near?.excerpt?.text.length).toBe(200);
    const [far] = errorsOf(`${VALID}log: {format: plain, ${" ".repeat(300)} level: loud}\n`);
    expect(far?.column).toBeGreaterThan(300);
    expect(far?.excerpt).toBeUndefined();
  });

  test("never shows secrets of the line it points at", () => {
    const errors = errorsOf(`${VALID}observability: {control_api: {auth_token: hunter2, prt: 1}}\nsecret: hunter2\n`);
    expect(errors).toHaveLength(3);
    for (const error of errors) expect(formatDiagnostic(error)).not.toContain("hunter2");
  });
});
