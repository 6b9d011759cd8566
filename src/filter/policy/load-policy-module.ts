import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import { instrument } from "../sandbox/instrument.ts";
import { DEFAULT_POLICY_LIMITS, type PolicyLimits } from "./policy-limits.ts";

/** One of the modules that come with the program, by name (`round-robin`), or a file. */
export type PolicySource = { readonly builtin: string } | { readonly file: string };

const BUILTIN_NAME = /^[a-z][a-z0-9-]*$/;

/**
 * Reads a policy module, puts the meter and the memory limit into it, and compiles it. Nothing of it runs yet.
 *
 * Throws `SPK_MODULE_MISSING`, `SPK_MODULE_UNREADABLE`, `SPK_MODULE_INVALID`, and what `instrument` throws.
 */
export function loadPolicyModule(
  source: PolicySource,
  limits: PolicyLimits = DEFAULT_POLICY_LIMITS,
): WebAssembly.Module {
  const file = "builtin" in source ? builtinFile(source.builtin) : source.file;
  return compilePolicy(readModule(file), file, limits);
}

/** The same for a module that is in memory already; `name` is for messages. */
export function compilePolicy(
  bytes: Uint8Array,
  name: string,
  limits: PolicyLimits = DEFAULT_POLICY_LIMITS,
): WebAssembly.Module {
  try {
    return new WebAssembly.Module(new Uint8Array(instrument(bytes, { memoryMaxBytes: limits.memoryMaxBytes })));
  } catch (cause) {
    if (cause instanceof SpookyError) {
      throw new SpookyError(cause.failure, `${name}: ${cause.detail}`, {
        ...(cause.hint === undefined ? {} : { hint: cause.hint }),
        cause,
      });
    }
    throw new SpookyError(FAILURES.moduleInvalid, `${name}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

function builtinFile(name: string): string {
  if (!BUILTIN_NAME.test(name)) throw new SpookyError(FAILURES.moduleMissing, `there is no built-in module ${name}`);
  return fileURLToPath(new URL(`../../../wasm/${name}.wasm`, import.meta.url));
}

function readModule(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    throw new SpookyError(isMissing ? FAILURES.moduleMissing : FAILURES.moduleUnreadable, file, { cause });
  }
}
