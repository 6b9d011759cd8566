import { expect, test } from "bun:test";
import { addTestSummaries, listFailures, readTestSummary } from "./test-summary.ts";

const GOOD = "(pass) a test\n\n 12 pass\n 0 fail\n 40 expect() calls\nRan 12 tests across 3 files. [1.20s]\n";

test("the counts of a good run are read", () => {
  expect(readTestSummary(GOOD)).toEqual({ passedCount: 12, failedCount: 0, skippedCount: 0, isComplete: true });
});

test("colours do not hide the counts, and skipped and planned tests are counted apart", () => {
  const output =
    "\u001b[32m 7 pass\u001b[0m\n 2 skip\n 1 todo\n\u001b[31m 1 fail\u001b[0m\nRan 11 tests across 1 file. [3.00ms]\n";
  expect(readTestSummary(output)).toEqual({ passedCount: 7, failedCount: 1, skippedCount: 3, isComplete: true });
});

test("a run that crashed before it counted is not complete", () => {
  expect(readTestSummary("(pass) a test\npanic: Segmentation fault").isComplete).toBe(false);
  expect(readTestSummary(" 3 pass\n 0 fail\n").isComplete).toBe(false);
});

test("a test that prints a count does not replace the runner's", () => {
  expect(readTestSummary(` 99 pass\n${GOOD}`).passedCount).toBe(12);
});

test("several runs add up, and one incomplete run spoils the sum", () => {
  const good = readTestSummary(GOOD);
  expect(addTestSummaries([good, good])).toEqual({
    passedCount: 24,
    failedCount: 0,
    skippedCount: 0,
    isComplete: true,
  });
  expect(addTestSummaries([good, readTestSummary("")]).isComplete).toBe(false);
  expect(addTestSummaries([]).isComplete).toBe(false);
});

test("failed tests are listed once each, with the run that they belong to", () => {
  const output = `(pass) good\n(fail) bad [2.00ms]\n1 tests failed:\n(fail) bad [2.00ms]\n 1 pass\n 1 fail\nRan 2 tests across 1 file.\n`;
  expect(listFailures("a.test.ts", output, readTestSummary(output))).toEqual(["a.test.ts: (fail) bad [2.00ms]"]);
});

test("a run that failed without a failed test is listed too", () => {
  expect(listFailures("a", GOOD, readTestSummary(GOOD))).toEqual(["a: failed outside of a test"]);
  expect(listFailures("a", "panic", readTestSummary("panic"))).toEqual(["a: ended before it counted its tests"]);
});

test("the summary of the runner that runs this test can be read", async () => {
  const run = Bun.spawn([process.execPath, "test", "scripts/run-step.test.ts"], {
    cwd: new URL("..", import.meta.url).pathname,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = (await new Response(run.stdout).text()) + (await new Response(run.stderr).text());
  await run.exited;
  const summary = readTestSummary(output);
  expect(summary.isComplete).toBe(true);
  expect(summary.passedCount).toBeGreaterThan(0);
});
