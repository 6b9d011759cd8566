import { ABI_MARKERS } from "../../../filter/proxy-wasm/abi.ts";
import { bindGuestExports } from "../../../filter/proxy-wasm/guest-exports.ts";
import type { ImportedFunction } from "../../../filter/proxy-wasm/module-inspection.ts";
import type { ModuleSummary } from "../../../filter/sandbox/inspect-module.ts";
import { findHostFunctions } from "./host-functions.ts";

const ABI_PREFIX = "proxy_abi_version_";
const CALLBACK_PREFIX = "proxy_on_";

/** What a module says about itself as a filter. Functions are named `module.name`. */
export interface FilterFacts {
  /** As in `0.2.1`, or the name of a marker that is not known here; undefined when there is none. */
  readonly abiVersion: string | undefined;
  readonly callbacks: {
    readonly called: readonly string[];
    /** Exported, but for something that does not happen here. */
    readonly ignored: readonly string[];
  };
  readonly imports: {
    readonly host: readonly string[];
    readonly wasi: readonly string[];
    /** Answered with "unimplemented". */
    readonly unknown: readonly string[];
    /** Of no interface that filters may use, or no functions: the reason why the module is refused. */
    readonly refused: readonly string[];
  };
  /** Whether bodies or trailers of that direction are shown to it, which costs `content-length` and time. */
  readonly bodies: { readonly request: boolean; readonly response: boolean };
}

const anyCallback = (): number => 0;

/** Reads the facts out of a module's summary; nothing of the module is run. */
export async function readFilterFacts(summary: ModuleSummary): Promise<FilterFacts> {
  const functions = summary.exports.filter(({ kind }) => kind === "function").map(({ name }) => name);
  const markers = functions.filter((name) => name.startsWith(ABI_PREFIX));
  const known = markers.map((name) => ABI_MARKERS.get(name)).find((version) => version !== undefined);
  const callbacks = functions.filter((name) => name.startsWith(CALLBACK_PREFIX));
  const bound = bindGuestExports(Object.fromEntries(functions.map((name) => [name, anyCallback])));
  return {
    abiVersion: known ?? markers[0],
    callbacks: { called: callbacks.filter(isCalled), ignored: callbacks.filter((name) => !isCalled(name)) },
    imports: await groupImports(summary),
    bodies: {
      request: bound.onRequestBody !== undefined || bound.onRequestTrailers !== undefined,
      response: bound.onResponseBody !== undefined || bound.onResponseTrailers !== undefined,
    },
  };
}

/** Whether the host would call an export of that name: it is asked to find its callbacks in a module that has no other. */
function isCalled(name: string): boolean {
  return Object.values(bindGuestExports({ [name]: anyCallback })).includes(anyCallback);
}

async function groupImports({ imports }: ModuleSummary): Promise<FilterFacts["imports"]> {
  const mayBe = imports.filter(
    ({ module, kind }) =>
      kind === "function" && (module === "env" || /^wasi_(snapshot_preview1|unstable)$/.test(module)),
  );
  const there = await findHostFunctions(mayBe);
  return {
    host: namesOf(mayBe.filter((each) => there.has(each) && each.module === "env")),
    wasi: namesOf(mayBe.filter((each) => there.has(each) && each.module !== "env")),
    unknown: namesOf(mayBe.filter((each) => !there.has(each))),
    refused: namesOf(imports.filter((each) => !mayBe.includes(each))),
  };
}

function namesOf(imports: readonly ImportedFunction[]): string[] {
  return imports.map(({ module, name }) => `${module}.${name}`);
}
