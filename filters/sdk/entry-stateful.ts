/**
 * What the module of a filter exports when each request has a context of its own. In the entry file:
 * `export * from "../sdk/entry-stateful"`. Contexts are garbage when a request is over, so build with
 * `["--runtime", "incremental"]` in `asc.json`.
 * @module
 */
import { configureRoot, currentRoot, openRoot } from "./registry";
import { allocate, resetScratch } from "./scratch";
import { addStream, deleteStream, streamOf } from "./stream-table";

let rootId: u32 = 0;

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_memory_allocate(size: usize): usize {
  return allocate(size);
}

export function proxy_on_context_create(id: u32, parentId: u32): void {
  resetScratch();
  if (parentId == 0) {
    rootId = id;
    openRoot();
  } else {
    addStream(id);
  }
}

export function proxy_on_configure(id: u32, size: u32): u32 {
  resetScratch();
  return configureRoot(size) ? 1 : 0;
}

export function proxy_on_tick(id: u32): void {
  resetScratch();
  currentRoot().onTick();
}

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  resetScratch();
  return streamOf(id).onRequestHeaders(count, endOfStream != 0);
}

export function proxy_on_response_headers(id: u32, count: u32, endOfStream: u32): u32 {
  resetScratch();
  return streamOf(id).onResponseHeaders(count, endOfStream != 0);
}

export function proxy_on_done(id: u32): u32 {
  resetScratch();
  return id == rootId || streamOf(id).onDone() ? 1 : 0;
}

export function proxy_on_log(id: u32): void {
  resetScratch();
  if (id == rootId) currentRoot().onEnd();
  else streamOf(id).onLog();
}

export function proxy_on_delete(id: u32): void {
  if (id != rootId) deleteStream(id);
}
