/**
 * What the pipeline knows of HTTP filters: a chain, made per generation, opens one set of contexts for each request.
 * @module
 */
import type { Failure } from "../errors/failure.ts";
import type { Connection } from "../http/exchange.ts";
import type { HeaderList } from "../http/header-list.ts";
import type { RequestHead, ResponseHead } from "../http/head.ts";

/**
 * - `continue`: go on with what is in the head now
 * - `pause`: a filter holds the message; the chain calls {@link FilterHost.resume} later
 * - `reply`: a filter answered itself; `localReply` holds the answer
 * - `fail`: a filter failed and its policy is to fail closed; `failure` says how
 */
export type FilterVerdict = "continue" | "pause" | "reply" | "fail";

/** An answer made by a filter (`proxy_send_local_response`). */
export interface LocalReply {
  readonly head: ResponseHead;
  readonly body: Uint8Array;
  /** `response.code_details` of the ABI, for the log. */
  readonly details: string;
}

/** What filters may ask of the request they run for. The pipeline's transaction implements it. */
export interface FilterHost {
  readonly connection: Connection;
  readonly request: RequestHead;
  /** Undefined until the response head is there. */
  readonly response: ResponseHead | undefined;
  /** Value of `x-request-id`, unique in the process group. */
  readonly requestId: string;
  /** When the request came, in milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Name of the chosen upstream, or "" before routing. It is the ABI's `cluster_name`. */
  readonly upstreamName: string;
  /**
   * Goes on with a message that was held by `pause`: the filters after the one that held it have run by now, and
   * `verdict` is what came of it, to be treated as if the call that paused had returned it.
   */
  resume(verdict: Exclude<FilterVerdict, "pause">): void;
  /** A filter of `stream` answered or failed while a body passed it: what is under way ends. */
  interrupt(stream: FilterStream, verdict: "reply" | "fail"): void;
}

/** Takes a body piece by piece. */
export interface BodyStep {
  data(chunk: Uint8Array): void;
  /** Called once, last. */
  end(trailers: HeaderList | undefined): void;
}

/** The filter contexts of one request. */
export interface FilterStream {
  readonly localReply: LocalReply | undefined;
  readonly failure: Failure | undefined;
  /** Runs the chain over `host.request`, first filter first. */
  onRequestHeaders(endOfStream: boolean): FilterVerdict;
  /** Runs the chain over `host.response`, last filter first. */
  onResponseHeaders(endOfStream: boolean): FilterVerdict;
  /** Whether any filter of the chain looks at bodies or trailers of that direction. */
  readonly wantsRequestBody: boolean;
  readonly wantsResponseBody: boolean;
  /**
   * The way of the request's body through the chain; what filters let go of comes out at `next`. A filter that answers
   * or fails on the way calls {@link FilterHost.interrupt}. At most once, and after `onRequestHeaders`.
   */
  openRequestBody(next: BodyStep): BodyStep;
  openResponseBody(next: BodyStep): BodyStep;
  /** Ends the contexts: done, log, delete. Called once, whatever happened. */
  close(): void;
}

export interface FilterChain {
  /** Undefined when no filter of the chain wants anything of this request. */
  open(host: FilterHost): FilterStream | undefined;
  dispose(): void;
}
