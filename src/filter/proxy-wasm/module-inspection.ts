import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import { ABI_MARKERS, type AbiVersion } from "./abi.ts";

const WASI_MODULES: ReadonlySet<string> = new Set(["wasi_snapshot_preview1", "wasi_unstable"]);

/** Callbacks of modules that filter bytes of a TCP connection. */
const TCP_CALLBACKS = ["proxy_on_new_connection", "proxy_on_downstream_data", "proxy_on_upstream_data"];
const HTTP_CALLBACKS = [
  "proxy_on_request_headers",
  "proxy_on_request_body",
  "proxy_on_response_headers",
  "proxy_on_response_body",
  "proxy_on_http_call_response",
  "proxy_on_tick",
  "proxy_on_log",
];

/** One function that a module asks for. */
export interface ImportedFunction {
  readonly module: string;
  readonly name: string;
}

/** What a compiled module is and asks for, read without running it. */
export interface ModuleInspection {
  readonly abiVersion: AbiVersion;
  readonly imports: readonly ImportedFunction[];
}

/**
 * Looks at a compiled proxy-wasm module. Throws a `SpookyError` that names what is wrong when it is none
 * (`moduleAbiWrong`), or asks for more than functions of the ABI and of WASI (`moduleImportRefused`).
 */
export function inspectFilterModule(module: WebAssembly.Module): ModuleInspection {
  const functions = new Set<string>();
  let hasMemory = false;
  for (const { name, kind } of WebAssembly.Module.exports(module)) {
    if (kind === "function") functions.add(name);
    if (kind === "memory" && name === "memory") hasMemory = true;
  }
  const versions = [...functions].filter((name) => name.startsWith("proxy_abi_version_"));
  const abiVersion = versions.map((name) => ABI_MARKERS.get(name)).find((version) => version !== undefined);
  if (abiVersion === undefined) {
    throw new SpookyError(
      FAILURES.moduleAbiWrong,
      versions.length === 0
        ? "it exports no proxy_abi_version_* function, so it is not a proxy-wasm filter"
        : `it speaks ${versions.join(", ")}, which is not known here`,
    );
  }
  if (!hasMemory) throw new SpookyError(FAILURES.moduleAbiWrong, 'it does not export its memory as "memory"');
  if (TCP_CALLBACKS.some((name) => functions.has(name)) && !HTTP_CALLBACKS.some((name) => functions.has(name))) {
    throw new SpookyError(
      FAILURES.moduleAbiWrong,
      "it is a filter for TCP connections, and only HTTP filters run here",
    );
  }
  return { abiVersion, imports: WebAssembly.Module.imports(module).map(checkImport) };
}

function checkImport({ module, name, kind }: { module: string; name: string; kind: string }): ImportedFunction {
  if (module !== "env" && !WASI_MODULES.has(module)) {
    throw new SpookyError(FAILURES.moduleImportRefused, `${module}.${name} is of no interface that filters may use`);
  }
  if (kind !== "function") {
    throw new SpookyError(
      FAILURES.moduleImportRefused,
      `${module}.${name} is a ${kind}; only functions may be imported`,
    );
  }
  return { module, name };
}
