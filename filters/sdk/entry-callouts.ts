/**
 * As `entry-bodies`, for filters that call other services too. In the entry file:
 * `export * from "../sdk/entry-callouts"`.
 * @module
 */
import { takeCaller } from "./callouts";
import { resetScratch } from "./scratch";
import { Status } from "./status";
import { setEffectiveContext } from "./stream";
import { streamOf } from "./stream-table";

export * from "./entry-bodies";

export function proxy_on_http_call_response(
  rootId: u32,
  callId: u32,
  headerCount: u32,
  bodySize: u32,
  trailerCount: u32,
): void {
  resetScratch();
  const streamId = takeCaller(callId);
  // The request may be over by now.
  if (streamId == 0 || setEffectiveContext(streamId) != Status.Ok) return;
  streamOf(streamId).onHttpCallResponse(callId, headerCount > 0, bodySize);
}
