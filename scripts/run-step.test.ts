import { expect, test } from "bun:test";
import { runStep } from "./run-step.ts";

test("a step gives its exit code and both streams", async () => {
  const { exitCode, output } = await runStep("example", ["sh", "-c", "echo one; echo two >&2; exit 3"], 5000);
  expect(exitCode).toBe(3);
  expect(output).toContain("one");
  expect(output).toContain("two");
});

test("a step that hangs is stopped and fails", async () => {
  const { exitCode } = await runStep("example", ["sleep", "30"], 100);
  expect(exitCode).toBe(124);
});
