import { readFileSync, statSync } from "node:fs";
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { checkFiles } from "./check-files.ts";
import { type ConfigResult, MAX_CONFIG_BYTES, parseConfig } from "./parse-config.ts";
import { findInvalidUtf8 } from "./source/invalid-utf8.ts";

/**
 * Reads and checks the config file at `path`, and the certificates, keys and modules that it names. Never throws for
 * anything that the operator can put right.
 */
export function loadConfig(path: string): ConfigResult {
  let bytes: Uint8Array;
  try {
    // Asked first, so that a huge file by mistake is not read whole.
    const { size } = statSync(path);
    if (size > MAX_CONFIG_BYTES) {
      return refuse(path, FAILURES.configTooLarge, { hint: `the limit is ${MAX_CONFIG_BYTES} bytes` });
    }
    bytes = readFileSync(path);
  } catch (error) {
    return refuseUnread(path, error);
  }
  const invalid = findInvalidUtf8(bytes);
  if (invalid !== undefined) return refuse(path, FAILURES.configEncoding, invalid);
  const result = parseConfig(new TextDecoder().decode(bytes), path);
  if ("errors" in result) return result;
  const found = checkFiles(result.source, result.config);
  const errors = found.filter(({ severity }) => severity === "error");
  return errors.length > 0 ? { errors } : { ...result, warnings: [...result.warnings, ...found] };
}

function refuseUnread(path: string, error: unknown): ConfigResult {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  if (code === "ENOENT" || code === "ENOTDIR") {
    return refuse(path, FAILURES.configFileMissing, { hint: "name another file with --config" });
  }
  const reason = code === "EISDIR" ? "it is a directory" : code === "EACCES" ? "permission denied" : code;
  return refuse(path, FAILURES.configFileUnreadable, { message: `config file cannot be read: ${reason}` });
}

function refuse(
  file: string,
  failure: Failure,
  more: { message?: string; hint?: string; line?: number; column?: number },
): ConfigResult {
  return { errors: [{ failure, severity: "error", path: "", message: failure.message, file, ...more }] };
}
