import { formatDiagnostic } from "../../config/diagnostic.ts";
import type { Config } from "../../config/model.ts";
import type { ConfigResult } from "../../config/parse-config.ts";

/** The config, or undefined when there is none to be had, after saying why on standard error. */
export function configOrReport(result: ConfigResult): Config | undefined {
  if (!("errors" in result)) return result.config;
  for (const error of result.errors) process.stderr.write(`${formatDiagnostic(error)}\n`);
  return undefined;
}
