/**
 * The one test command: types, lint and format, then unit tests, then the tests that open sockets. Ends with the
 * runner's own counts, and fails when anything did.
 *
 * With arguments, they are handed to `bun test` and only that runs: `npm test -- src/http -t "dot segments"`.
 * @module
 */
import { runStep } from "./run-step.ts";
import { addTestSummaries, readTestSummary } from "./test-summary.ts";

const VERIFY_TIMEOUT_MS = 180_000;
const UNIT_TIMEOUT_MS = 180_000;
const SOCKET_TIMEOUT_MS = 420_000;
const bun = process.execPath;

// Unit tests share nothing, so they may use every core. Tests with sockets measure time, so they run one by one.
const everything: readonly (readonly [title: string, command: string[], timeoutMs: number])[] = [
  ["unit tests", [bun, "test", "--no-orphans", "./src", "./filters", "./scripts", "./bench"], UNIT_TIMEOUT_MS],
  ["tests with sockets", [bun, "test", "--no-orphans", "./test"], SOCKET_TIMEOUT_MS],
];

const chosen = process.argv.slice(2);
const runs: typeof everything =
  chosen.length > 0
    ? [["chosen tests", [bun, "test", "--no-orphans", ...chosen], UNIT_TIMEOUT_MS + SOCKET_TIMEOUT_MS]]
    : everything;

let isGood = true;
if (chosen.length === 0) {
  const { exitCode } = await runStep("verify", [bun, "scripts/verify.ts"], VERIFY_TIMEOUT_MS);
  if (exitCode !== 0) isGood = false;
}

const summaries = [];
for (const [title, command, timeoutMs] of runs) {
  const { exitCode, output } = await runStep(title, command, timeoutMs);
  if (exitCode !== 0) isGood = false;
  summaries.push(readTestSummary(output));
}

const total = addTestSummaries(summaries);
isGood &&= total.isComplete && total.failedCount === 0 && total.passedCount > 0;
console.log(`\n── ${isGood ? "everything is good" : "something failed; see above"}`);
if (!total.isComplete) console.log("a test run ended before it counted its tests");
const skipped = total.skippedCount > 0 ? `, ${total.skippedCount} skipped` : "";
console.log(` ${total.passedCount} pass\n ${total.failedCount} fail`);
console.log(`${total.passedCount} passed, ${total.failedCount} failed${skipped}`);
process.exit(isGood ? 0 : 1);
