import { writeFileSync } from "node:fs";
import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import { type Command, EXIT } from "./command.ts";
import { CONFIG_TEMPLATE } from "./config-template.ts";
import { readArguments } from "./read-arguments.ts";

const DEFAULT_NAME = "spooky.yaml";

/** `spooky init`: writes a config to start from, and never over a file that is there. */
export const INIT: Command = {
  name: "init",
  usage: "[FILE]",
  summary: `Write a commented config to start from (${DEFAULT_NAME} by default)`,
  async run(argv) {
    const path = readArguments(argv, {}, [0, 1]).words[0] ?? DEFAULT_NAME;
    try {
      writeFileSync(path, CONFIG_TEMPLATE, { flag: "wx" });
    } catch (cause) {
      const isThere = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
      throw new SpookyError(FAILURES.configUnwritable, isThere ? `${path} is there already` : path, {
        cause,
        hint: isThere ? "name another file" : "name a file in a directory that may be written",
      });
    }
    process.stdout.write(`wrote ${path}; see what is left to fill in with: spooky check ${path}\n`);
    return EXIT.ok;
  },
};
