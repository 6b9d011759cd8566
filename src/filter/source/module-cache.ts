/**
 * Modules that were fetched, by what is in them: a module that is here is never fetched again, and the proxy starts
 * without the network.
 * @module
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";

/** A module on disk. */
export interface CachedModule {
  readonly file: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** `$SPOOKY_CACHE_DIR`, else `$XDG_CACHE_HOME/spooky`, else `~/.cache/spooky`. */
export function cacheDirectory(env: Readonly<Record<string, string | undefined>>): string {
  const own = env["SPOOKY_CACHE_DIR"];
  if (own !== undefined && own !== "") return own;
  const shared = env["XDG_CACHE_HOME"];
  return join(shared === undefined || shared === "" ? join(homedir(), ".cache") : shared, "spooky");
}

export class ModuleCache {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The module with that sum, or undefined. A file that was damaged does not count. */
  find(sha256: string): CachedModule | undefined {
    const file = this.#pathOf(sha256);
    const bytes = readIfThere(file);
    return bytes !== undefined && sumOf(bytes) === sha256 ? { file, sha256 } : undefined;
  }

  /** The module that was put here under that reference, or undefined. */
  findReference(reference: string): CachedModule | undefined {
    const sha256 = readIfThere(this.#referencePathOf(reference))?.toString("latin1");
    return sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256) ? this.find(sha256) : undefined;
  }

  /** Keeps a module. `reference`: what it can be found by later besides its sum. Throws `SPK_MODULE_CACHE`. */
  put(bytes: Uint8Array, reference?: string): CachedModule {
    const sha256 = sumOf(bytes);
    const file = this.#pathOf(sha256);
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      replace(file, bytes);
      if (reference !== undefined) replace(this.#referencePathOf(reference), sha256);
    } catch (cause) {
      throw new SpookyError(FAILURES.moduleCache, this.#directory, {
        cause,
        hint: "set SPOOKY_CACHE_DIR to a directory that may be written",
      });
    }
    return { file, sha256 };
  }

  #pathOf(sha256: string): string {
    return join(this.#directory, `${sha256}.wasm`);
  }

  #referencePathOf(reference: string): string {
    return join(this.#directory, `${createHash("sha256").update(reference).digest("hex")}.ref`);
  }
}

export function sumOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Whole or not at all, also when two processes write the same file. */
function replace(file: string, content: Uint8Array | string): void {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, content, { mode: 0o600 });
  renameSync(temporary, file);
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
