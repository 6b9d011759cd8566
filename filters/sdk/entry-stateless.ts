/**
 * What the module of a filter exports when the filter keeps nothing of a request from one callback to the next: one
 * stream context serves all. In the entry file: `export * from "../sdk/entry-stateless"`.
 * @module
 */
import { StreamContext } from "./contexts";
import { configureRoot, createStream, currentRoot, openRoot } from "./registry";
import { allocate, resetScratch } from "./scratch";

let stream: StreamContext | null = null;

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_memory_allocate(size: usize): usize {
  return allocate(size);
}

export function proxy_on_context_create(id: u32, parentId: u32): void {
  if (parentId == 0) openRoot();
}

export function proxy_on_configure(rootId: u32, size: u32): u32 {
  resetScratch();
  const isConfigured = configureRoot(size);
  if (isConfigured) stream = createStream(0);
  return isConfigured ? 1 : 0;
}

export function proxy_on_tick(rootId: u32): void {
  resetScratch();
  currentRoot().onTick();
}

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  resetScratch();
  const context = stream as StreamContext;
  context.id = id;
  return context.onRequestHeaders(count, endOfStream != 0);
}

export function proxy_on_response_headers(id: u32, count: u32, endOfStream: u32): u32 {
  resetScratch();
  const context = stream as StreamContext;
  context.id = id;
  return context.onResponseHeaders(count, endOfStream != 0);
}
