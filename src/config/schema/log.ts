import { SpookyError } from "../../errors/spooky-error.ts";
import { parseLogFilter } from "../log-filter.ts";
import type { LogConfig, LogFileConfig } from "../model.ts";
import { z } from "../zod.ts";
import { block } from "./block.ts";
import { choice, filePath, flag } from "./fields.ts";
import { type Schema, refuse } from "./schema.ts";

const LEVEL = "a log level such as info, or a filter such as spooky_edge=debug,info";

const level: Schema<string> = z.string({ error: LEVEL }).superRefine((given, context) => {
  try {
    parseLogFilter(given);
  } catch (error) {
    if (!(error instanceof SpookyError)) throw error;
    refuse(context, [], error.detail, {
      failure: error.failure,
      expected: LEVEL,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
});

const fileSchema: Schema<LogFileConfig> = block({
  enabled: flag(),
  path: filePath().default("/var/log/spooky/spooky.log"),
});

/** `log`. The path is still as written. */
export const logSchema: Schema<LogConfig> = block({
  level: level.default("info"),
  format: choice(["plain", "json"]).default("plain"),
  file: fileSchema.optional(),
}).prefault({});
