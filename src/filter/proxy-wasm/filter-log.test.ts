import { expect, test } from "bun:test";
import type { LogLevel } from "../../observe/log.ts";
import { createTestServices } from "../../../test/support/filter-host.ts";
import { FilterLog } from "./filter-log.ts";
import { OutputLines } from "./output-lines.ts";
import { RecentLines } from "./recent-lines.ts";

test("a filter's line is written with its name, its request and the level that ours calls it", () => {
  const services = createTestServices();
  const log = new FilterLog(services.logger, "auth", 1000);
  for (let level = 0; level < 6; level++) log.write(level, `line ${level}`, "r-1");
  const written: LogLevel[] = services.lines.map(({ level }) => level);
  expect(written).toEqual(["info", "warn", "error", "error"]);
  expect(services.lines[0]?.fields).toEqual({ filter: "auth", request_id: "r-1" });
  expect(log.lowestLevel).toBe(2);
  expect([-1, 0, 5, 6].map((level) => log.isLevel(level))).toEqual([false, true, true, false]);
});

test("the last lines are remembered in their order, and older ones forgotten", () => {
  const recent = new RecentLines(3);
  expect(recent.toArray()).toEqual([]);
  for (const line of ["a", "b"]) recent.add(line);
  expect(recent.toArray()).toEqual(["a", "b"]);
  for (const line of ["c", "d", "e"]) recent.add(line);
  expect(recent.toArray()).toEqual(["c", "d", "e"]);
});

test("output becomes lines when its line ends, when it is flushed, or when it grows too long", () => {
  const lines: string[] = [];
  const output = new OutputLines(10, (line) => lines.push(line));
  output.add("panic: ");
  output.add("no");
  expect(lines).toEqual([]);
  output.add(" luck\n\ngoroutine");
  expect(lines).toEqual(["panic: no luck"]);
  output.add(" 1");
  expect(lines).toEqual(["panic: no luck", "goroutine 1"]);
  output.add("rest");
  output.flush();
  output.flush();
  expect(lines.at(-1)).toBe("rest");
  expect(lines).toHaveLength(3);
});

test("lines beyond the limit of a second are dropped", () => {
  const services = createTestServices();
  const log = new FilterLog(services.logger, "auth", 2);
  for (let i = 0; i < 5; i++) log.write(2, `line ${i}`, undefined);
  expect(services.lines.map(({ message }) => message)).toEqual(["line 0", "line 1"]);
});
