import { resultAddress, resultSize, valueText } from "./bytes";
import { RootContext, StreamContext } from "./contexts";
import { proxy_get_buffer_bytes } from "./env";
import { Status } from "./status";

const PLUGIN_CONFIGURATION: u32 = 7;

let createRoot: (() => RootContext) | null = null;
let root: RootContext | null = null;

/** Says how the filter's root context is made. Call it once, at the top level of the entry file. */
export function registerFilter(create: () => RootContext): void {
  createRoot = create;
}

export function openRoot(): void {
  const create = createRoot;
  if (create == null) throw new Error("the filter has not called registerFilter");
  root = create();
}

export function currentRoot(): RootContext {
  return root as RootContext;
}

export function configureRoot(size: u32): bool {
  let config = "";
  if (size > 0 && proxy_get_buffer_bytes(PLUGIN_CONFIGURATION, 0, size, resultAddress, resultSize) == Status.Ok) {
    config = valueText();
  }
  return currentRoot().onConfigure(config);
}

export function createStream(id: u32): StreamContext {
  const stream = currentRoot().createStream();
  stream.id = id;
  return stream;
}
