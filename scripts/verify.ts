/**
 * Everything that can be said about the sources without running them: types, lint, format.
 * @module
 */
import { runStep } from "./run-step.ts";

const STEP_TIMEOUT_MS = 120_000;
const bun = process.execPath;

const steps: readonly (readonly [title: string, command: string[]])[] = [
  ["types", [bun, "check"]],
  ["lint", ["node_modules/.bin/oxlint", "--deny-warnings", "src", "filters", "test", "scripts", "bench"]],
  ["format", [bun, "fmt", "--check"]],
];

let failed = 0;
for (const [title, command] of steps) {
  const { exitCode } = await runStep(title, command, STEP_TIMEOUT_MS);
  if (exitCode !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
