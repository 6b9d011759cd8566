/** What one or more runs of `bun test` counted. */
export interface TestSummary {
  readonly passedCount: number;
  readonly failedCount: number;
  readonly skippedCount: number;
  /** False when a run ended without counting, as after a crash: then the numbers mean nothing. */
  readonly isComplete: boolean;
}

/** Reads the counts at the end of the output of `bun test`. */
export function readTestSummary(output: string): TestSummary {
  const plain = Bun.stripANSI(output);
  const passed = lastCount(plain, "pass");
  const failed = lastCount(plain, "fail");
  return {
    passedCount: passed ?? 0,
    failedCount: failed ?? 0,
    skippedCount: (lastCount(plain, "skip") ?? 0) + (lastCount(plain, "todo") ?? 0),
    isComplete: passed !== undefined && failed !== undefined && /^Ran \d+ tests? across \d+ files?/m.test(plain),
  };
}

/** Adds up several runs; complete only when each of them was. */
export function addTestSummaries(summaries: readonly TestSummary[]): TestSummary {
  const total = { passedCount: 0, failedCount: 0, skippedCount: 0, isComplete: summaries.length > 0 };
  for (const summary of summaries) {
    total.passedCount += summary.passedCount;
    total.failedCount += summary.failedCount;
    total.skippedCount += summary.skippedCount;
    total.isComplete &&= summary.isComplete;
  }
  return total;
}

/** One line for each failed test of a run, or one that says that the run itself failed. */
export function listFailures(title: string, output: string, summary: TestSummary): string[] {
  if (!summary.isComplete) return [`${title}: ended before it counted its tests`];
  const lines = Bun.stripANSI(output).split("\n");
  const failed = new Set(lines.filter((line) => line.startsWith("(fail) ")));
  return failed.size === 0 ? [`${title}: failed outside of a test`] : [...failed].map((line) => `${title}: ${line}`);
}

function lastCount(text: string, word: string): number | undefined {
  const matches = [...text.matchAll(new RegExp(`^ *(\\d+) ${word}$`, "gm"))];
  const last = matches.at(-1)?.[1];
  return last === undefined ? undefined : Number(last);
}
