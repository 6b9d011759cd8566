import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SpookyError } from "../../errors/spooky-error.ts";
import { openStateDirectory, stateDirectoryPath } from "./state-directory.ts";

let scratch = "";

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "spooky-state-"));
});

afterEach(() => rmSync(scratch, { recursive: true }));

test("SPOOKY_STATE_DIR comes before XDG_STATE_HOME, and that before the home directory", () => {
  const all = { SPOOKY_STATE_DIR: "/a/own", XDG_STATE_HOME: "/b/state", HOME: "/c" };
  expect(stateDirectoryPath(all)).toBe("/a/own");
  expect(stateDirectoryPath({ ...all, SPOOKY_STATE_DIR: "" })).toBe("/b/state/spooky");
  expect(stateDirectoryPath({ HOME: "/c" })).toBe("/c/.local/state/spooky");
});

test("a relative XDG_STATE_HOME does not count", () => {
  expect(stateDirectoryPath({ XDG_STATE_HOME: "state", HOME: "/c" })).toBe("/c/.local/state/spooky");
});

test("the directory is made for its owner alone", () => {
  const path = openStateDirectory({ XDG_STATE_HOME: join(scratch, "deep", "er") });
  expect(path).toBe(join(scratch, "deep", "er", "spooky"));
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test("a directory that was open to others is closed", () => {
  const path = join(scratch, "open");
  mkdirSync(path);
  chmodSync(path, 0o755);
  openStateDirectory({ SPOOKY_STATE_DIR: path });
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test("a path that cannot be a directory is one clear error with a hint", () => {
  const file = join(scratch, "file");
  writeFileSync(file, "");
  let thrown: unknown;
  try {
    openStateDirectory({ SPOOKY_STATE_DIR: join(file, "below") });
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(SpookyError);
  if (!(thrown instanceof SpookyError)) return;
  expect(thrown.code).toBe("SPK_DEMO_STATE_DIRECTORY");
  expect(thrown.message).toContain(join(file, "below"));
  expect(thrown.hint).toContain("SPOOKY_STATE_DIR");
});
