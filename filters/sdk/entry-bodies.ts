/**
 * As `entry-stateful`, for filters that look at bodies or trailers too. In the entry file:
 * `export * from "../sdk/entry-bodies"`. Take it only when you need it: a body that no filter looks at goes past the
 * module, and keeps its content-length.
 * @module
 */
import { resetScratch } from "./scratch";
import { streamOf } from "./stream-table";

export * from "./entry-stateful";

export function proxy_on_request_body(id: u32, size: u32, endOfStream: u32): u32 {
  resetScratch();
  return streamOf(id).onRequestBody(size, endOfStream != 0);
}

export function proxy_on_response_body(id: u32, size: u32, endOfStream: u32): u32 {
  resetScratch();
  return streamOf(id).onResponseBody(size, endOfStream != 0);
}

export function proxy_on_request_trailers(id: u32, count: u32): u32 {
  resetScratch();
  return streamOf(id).onRequestTrailers(count);
}

export function proxy_on_response_trailers(id: u32, count: u32): u32 {
  resetScratch();
  return streamOf(id).onResponseTrailers(count);
}
