import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { FilterConfig } from "../../config/model.ts";
import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";

/** Bytes of a module as they were read. */
export interface FilterSource {
  readonly bytes: Uint8Array;
  /** Lower-case hex. */
  readonly sha256: string;
}

const BUILTIN_FOLDER = new URL("../../../wasm/", import.meta.url);

/** Reads the module that a filter's config names, and holds it to `sha256` where that is given. Throws a `SpookyError`. */
export async function readFilterSource(config: FilterConfig): Promise<FilterSource> {
  const path = modulePath(config);
  const bytes = await readFile(path).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const failure = code === "ENOENT" ? FAILURES.moduleMissing : FAILURES.moduleUnreadable;
    throw new SpookyError(failure, `filter ${config.name}: ${path}`, { cause: error });
  });
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (config.sha256 !== undefined && config.sha256 !== sha256) {
    throw new SpookyError(FAILURES.moduleHashMismatch, `filter ${config.name}: ${path} has sha256 ${sha256}`, {
      hint: "if this is the module that you want, put that value into sha256",
    });
  }
  return { bytes, sha256 };
}

function modulePath(config: FilterConfig): string {
  if (config.file !== undefined) return config.file;
  if (config.builtin === undefined) throw new TypeError(`filter ${config.name} has neither builtin nor file`);
  // Names were checked when the config was read: no slashes, no dots.
  return fileURLToPath(new URL(`${config.builtin}.wasm`, BUILTIN_FOLDER));
}
