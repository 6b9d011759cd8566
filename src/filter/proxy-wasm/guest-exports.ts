import type { GuestFunction } from "./guest-function.ts";

/** Callbacks of a module. What is missing is not called: nothing happens, or the message goes on. */
export interface GuestExports {
  readonly memory: WebAssembly.Memory;
  readonly allocate: GuestFunction | undefined;
  readonly initialize: GuestFunction | undefined;
  readonly start: GuestFunction | undefined;
  readonly main: GuestFunction | undefined;
  readonly onContextCreate: GuestFunction | undefined;
  readonly onVmStart: GuestFunction | undefined;
  readonly onConfigure: GuestFunction | undefined;
  readonly onTick: GuestFunction | undefined;
  readonly onRequestHeaders: GuestFunction | undefined;
  readonly onResponseHeaders: GuestFunction | undefined;
  readonly onRequestBody: GuestFunction | undefined;
  readonly onResponseBody: GuestFunction | undefined;
  readonly onRequestTrailers: GuestFunction | undefined;
  readonly onResponseTrailers: GuestFunction | undefined;
  readonly onHttpCallResponse: GuestFunction | undefined;
  readonly onDone: GuestFunction | undefined;
  readonly onLog: GuestFunction | undefined;
  readonly onDelete: GuestFunction | undefined;
}

/** Finds the callbacks of an instance whose module was inspected. */
export function bindGuestExports(exports: Readonly<Record<string, unknown>>): GuestExports {
  const find = (name: string): GuestFunction | undefined => {
    const found = exports[name];
    return typeof found === "function" ? (found as GuestFunction) : undefined;
  };
  return {
    memory: exports["memory"] as WebAssembly.Memory,
    allocate: find("proxy_on_memory_allocate") ?? find("malloc"),
    initialize: find("_initialize"),
    start: find("_start"),
    main: find("main") ?? find("__main_void"),
    onContextCreate: find("proxy_on_context_create"),
    onVmStart: find("proxy_on_vm_start"),
    onConfigure: find("proxy_on_configure"),
    onTick: find("proxy_on_tick"),
    onRequestHeaders: find("proxy_on_request_headers"),
    onResponseHeaders: find("proxy_on_response_headers"),
    onRequestBody: find("proxy_on_request_body"),
    onResponseBody: find("proxy_on_response_body"),
    onRequestTrailers: find("proxy_on_request_trailers"),
    onResponseTrailers: find("proxy_on_response_trailers"),
    onHttpCallResponse: find("proxy_on_http_call_response"),
    onDone: find("proxy_on_done"),
    onLog: find("proxy_on_log"),
    onDelete: find("proxy_on_delete"),
  };
}
