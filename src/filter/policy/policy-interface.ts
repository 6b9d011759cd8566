import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";

/** Functions of the policy ABI that a module must export, and how many parameters each has. */
export type PolicyInterface = Readonly<Record<string, number>>;

/** Version of the policy ABI that this host speaks (`docs/policy-abi.md`). */
export const POLICY_ABI_VERSION = 1;

export const ROUTE_INTERFACE: PolicyInterface = {
  spooky_policy_abi: 0,
  spooky_route_buffer: 1,
  spooky_route_add: 4,
  spooky_route_commit: 0,
  spooky_route_match: 3,
};

export const BALANCE_INTERFACE: PolicyInterface = {
  spooky_policy_abi: 0,
  spooky_balance_init: 2,
  spooky_balance_pick: 2,
};

/** All that a module may import; both are what AssemblyScript's standard library asks for. */
const ALLOWED_IMPORTS: ReadonlySet<string> = new Set(["env.abort", "env.seed"]);

/**
 * Checks a module before any of its code runs: what it asks for, and what it offers. Throws
 * `SPK_MODULE_IMPORT_REFUSED` or `SPK_MODULE_ABI_WRONG`, naming what is wrong.
 */
export function checkInterface(module: WebAssembly.Module, wanted: PolicyInterface): void {
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind === "function" && ALLOWED_IMPORTS.has(`${from}.${name}`)) continue;
    throw new SpookyError(FAILURES.moduleImportRefused, `${kind} ${from}.${name}`, {
      hint: "a policy works on its own memory only; it may import env.abort and env.seed",
    });
  }
  const kinds = new Map<string, string>();
  for (const { name, kind } of WebAssembly.Module.exports(module)) {
    // The loader reads `a.b`, `A#b` and `A#get:b` as paths to objects and accessors, up to Object.prototype itself.
    if (/[.#:]/.test(name)) throw wrongInterface(`export name ${JSON.stringify(name)} is not a plain one`);
    kinds.set(name, kind);
  }
  if (kinds.get("memory") !== "memory") throw wrongInterface("it does not export its memory as memory");
  for (const name of Object.keys(wanted)) {
    if (kinds.get(name) !== "function") throw wrongInterface(`it does not export the function ${name}`);
  }
}

export function wrongInterface(detail: string): SpookyError {
  return new SpookyError(FAILURES.moduleAbiWrong, detail, { hint: "see docs/policy-abi.md" });
}
