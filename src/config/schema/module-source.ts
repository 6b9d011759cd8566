/**
 * What every block that names a WebAssembly module has in common.
 * @module
 */
import { FAILURES } from "../../errors/catalogue.ts";
import type { FilterLimits, ModuleLimits } from "../model.ts";
import { block } from "./block.ts";
import { durationMs, wholeNumber } from "./fields.ts";
import { type Schema, refuse } from "./schema.ts";

const MIB = 1024 * 1024;
/** WebAssembly memory grows by pages of 64 KiB, up to 4 GiB for 32-bit modules. */
const PAGE_BYTES = 65_536;

const moduleLimits = {
  memory_bytes: wholeNumber(PAGE_BYTES, 4096 * MIB, "bytes").default(64 * MIB),
  deadline_ms: durationMs().default(50),
  start_ms: durationMs().default(5000),
};

/** `limits`, with its defaults. */
export const moduleLimitsSchema: Schema<ModuleLimits> = block(moduleLimits).prefault({});

/** The same of a filter. */
export const filterLimitsSchema: Schema<FilterLimits> = block({
  ...moduleLimits,
  log_lines_per_second: wholeNumber(0, 1_000_000, "lines").default(1000),
}).prefault({});

/** Checks that exactly one of `file` and the key for a module of ours is given, and `sha256` only with `file`. */
export function refuseUnclearSource<K extends string>(
  context: Parameters<typeof refuse>[0],
  source: { readonly [key in K | "file" | "sha256"]?: string | undefined },
  ownKey: K,
): void {
  const { file, sha256 } = source as { file?: string; sha256?: string };
  const own = source[ownKey];
  if (own === undefined && file === undefined) {
    refuse(context, [ownKey], `neither ${ownKey} nor file is given`, {
      failure: FAILURES.configMissingKey,
      expected: `${ownKey} for a module that ships with the proxy, or file for one of your own`,
    });
  }
  if (own !== undefined && file !== undefined) {
    refuse(context, ["file"], `both ${ownKey} and file are given`, {
      failure: FAILURES.configConflict,
      hint: "remove one of them",
    });
  }
  if (sha256 !== undefined && file === undefined) {
    refuse(context, ["sha256"], "sha256 is given without file", {
      failure: FAILURES.configConflict,
      hint: "modules that ship with the proxy have their sums built in",
    });
  }
}
