import { Body } from "./body";
import { encode, encodedAddress, encodedLength } from "./bytes";
import { proxy_http_call } from "./env";
import { HeaderMap } from "./headers";
import { pairsAddress, pairsSize, writePairs } from "./pairs";
import { allocate } from "./scratch";
import { Status } from "./status";

/** Which request asked for a call. */
const callers = new Map<u32, u32>();

/** Id of the call that {@link httpCall} started last. */
export let lastCallId: u32 = 0;

/**
 * Sends a request to the upstream of that name, which the filter's configuration must allow. `headers` holds names and
 * values in turn, `:method`, `:path` and `:authority` among them. The answer comes to `onHttpCallResponse` of `streamId`'s
 * context, with the id that {@link lastCallId} has after this call. `timeoutMs` counts to the end of the answer; 60 s at
 * most.
 *
 * {@link Status.BadArgument} when the upstream may not be called or a header is missing or malformed,
 * {@link Status.InternalFailure} when 64 calls are under way already.
 */
export function httpCall(
  streamId: u32,
  upstream: string,
  headers: string[],
  body: string = "",
  timeoutMs: u32 = 1000,
): Status {
  encode(upstream);
  const upstreamAddress = encodedAddress;
  const upstreamLength = encodedLength;
  writePairs(headers);
  encode(body);
  const id = allocate(4);
  const status = proxy_http_call(
    upstreamAddress,
    upstreamLength,
    pairsAddress,
    pairsSize,
    encodedAddress,
    encodedLength,
    0,
    0,
    timeoutMs,
    id,
  );
  if (status == Status.Ok) {
    lastCallId = load<u32>(id);
    callers.set(lastCallId, streamId);
  }
  return status;
}

/** The request that asked for a call, or 0; asked once. */
export function takeCaller(callId: u32): u32 {
  if (!callers.has(callId)) return 0;
  const streamId = callers.get(callId);
  callers.delete(callId);
  return streamId;
}

/** The answer to a call, only in `onHttpCallResponse`; `:status` is one of its headers. */
export const callHeaders: HeaderMap = new HeaderMap(6);
export const callTrailers: HeaderMap = new HeaderMap(7);
export const callBody: Body = new Body(4);
