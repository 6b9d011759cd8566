/**
 * The one test command: types, lint and format, then unit tests, then the tests that open sockets. Ends with the
 * runner's own counts, and fails when anything did.
 *
 * With arguments, they are handed to `bun test` and only that runs: `npm test -- src/http -t "dot segments"`.
 * @module
 */
import { repository, runStep } from "./run-step.ts";
import { addTestSummaries, listFailures, readTestSummary, type TestSummary } from "./test-summary.ts";

const VERIFY_TIMEOUT_MS = 180_000;
const UNIT_TIMEOUT_MS = 240_000;
const FILE_TIMEOUT_MS = 420_000;
const bun = process.execPath;
/** The runner's own limit of five seconds is too tight for properties and processes on a small, busy machine. */
const bunTest = [bun, "test", "--no-orphans", "--timeout=60000"];

type Run = readonly [title: string, command: string[], timeoutMs: number];

// One after the other, for some measure time. Unit tests get a global of their own for each file, so that none pays for
// another's garbage; tests with sockets, which count descriptors too, a process.
const everything: readonly Run[] = [
  ["unit tests", [...bunTest, "--isolate", "./src", "./filters", "./scripts", "./bench"], UNIT_TIMEOUT_MS],
  ...[...new Bun.Glob("test/**/*.test.ts").scanSync(repository)]
    .toSorted()
    .map((file): Run => [file, [...bunTest, `./${file}`], FILE_TIMEOUT_MS]),
];

const chosen = process.argv.slice(2);
const runs: readonly Run[] =
  chosen.length > 0 ? [["chosen tests", [...bunTest, ...chosen], UNIT_TIMEOUT_MS + FILE_TIMEOUT_MS]] : everything;

const summaries: TestSummary[] = [];
const failures: string[] = [];
if (chosen.length === 0) {
  const { exitCode } = await runStep("verify", [bun, "scripts/verify.ts"], VERIFY_TIMEOUT_MS);
  if (exitCode !== 0) failures.push("verify: types, lint or format");
}
for (const [title, command, timeoutMs] of runs) {
  const { exitCode, output } = await runStep(title, command, timeoutMs);
  const summary = readTestSummary(output);
  if (exitCode !== 0) failures.push(...listFailures(title, output, summary));
  summaries.push(summary);
}

const total = addTestSummaries(summaries);
const isGood = failures.length === 0 && total.isComplete && total.failedCount === 0 && total.passedCount > 0;
if (failures.length > 0) console.log(`\n── what failed\n${failures.join("\n")}`);
console.log(`\n── ${isGood ? "everything is good" : "something failed; see above"}`);
const skipped = total.skippedCount > 0 ? `, ${total.skippedCount} skipped` : "";
console.log(` ${total.passedCount} pass\n ${total.failedCount} fail`);
console.log(`${total.passedCount} passed, ${total.failedCount} failed${skipped}`);
process.exit(isGood ? 0 : 1);
