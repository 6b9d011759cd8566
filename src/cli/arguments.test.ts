import { describe, expect, test } from "bun:test";
import { parseArguments } from "./arguments.ts";

describe("the command line", () => {
  test("asks to serve, with or without a config", () => {
    expect(parseArguments([])).toEqual({ kind: "serve", configPath: undefined });
    for (const argv of [["--config", "a b"], ["-c", "a b"], ["--config=a b"], ["-ca b"]]) {
      expect(parseArguments(argv)).toEqual({ kind: "serve", configPath: "a b" });
    }
    expect(parseArguments(["-c", "-x"])).toEqual({ kind: "serve", configPath: "-x" });
  });

  test("asks for help or the version, help first", () => {
    expect(parseArguments(["--help"])).toEqual({ kind: "help" });
    expect(parseArguments(["-h"])).toEqual({ kind: "help" });
    expect(parseArguments(["--version"])).toEqual({ kind: "version" });
    expect(parseArguments(["-V", "-c", "a"])).toEqual({ kind: "version" });
    expect(parseArguments(["--version", "--help"])).toEqual({ kind: "help" });
  });

  test.each([
    ["a stray word", ["serve"]],
    ["an unknown flag", ["--conf", "a"]],
    ["an empty argument", [""]],
    ["a flag without its path", ["--config"]],
    ["a flag with an empty path", ["--config="]],
    ["two configs", ["-c", "a", "--config", "b"]],
    ["a fault beside --help", ["--help", "--nope"]],
  ])("is refused with %s", (_, argv) => {
    expect(parseArguments(argv).kind).toBe("wrong");
  });
});
