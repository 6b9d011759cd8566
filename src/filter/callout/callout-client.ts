/**
 * How filters call other services: a port that the shard implements over the upstreams of the config.
 * @module
 */
import type { HeaderList } from "../../http/header-list.ts";
import type { RequestHead, ResponseHead } from "../../http/head.ts";

export interface CalloutRequest {
  /** Name of an upstream in the config. */
  readonly upstream: string;
  /** Checked: it may be sent as it is. */
  readonly head: RequestHead;
  readonly body: Uint8Array;
  readonly trailers: HeaderList | undefined;
  /** From the start to the end of the answer. */
  readonly timeoutMs: number;
}

/** A whole answer. */
export interface CalloutReply {
  readonly head: ResponseHead;
  readonly body: Uint8Array;
  readonly trailers: HeaderList | undefined;
}

/** Told once, never from inside `start`; undefined when there was no answer in time, or none at all. */
export type CalloutReceiver = (reply: CalloutReply | undefined) => void;

export interface CalloutClient {
  hasUpstream(name: string): boolean;
  /** Gives the way to call it off: the receiver is then not told any more. Never throws. */
  start(request: CalloutRequest, receiver: CalloutReceiver): () => void;
}
