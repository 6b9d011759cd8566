/**
 * How the pipeline talks to a backend, whatever protocol the backend speaks. Calls and callbacks, no promises.
 * @module
 */
import type { Failure } from "../errors/failure.ts";
import type { HeaderList } from "../http/header-list.ts";
import type { RequestHead, ResponseHead } from "../http/head.ts";

/** Receives a backend's answer. Exactly one of `onResponseEnd` and `onResponseFailure` is called, once, last. */
export interface ResponseReceiver {
  onInformational(status: number, headers: HeaderList): void;
  /** `isEnd`: the head is the whole answer; `onResponseEnd` follows at once all the same. */
  onResponseHead(head: ResponseHead, isEnd: boolean): void;
  onResponseData(chunk: Uint8Array): void;
  onResponseEnd(trailers: HeaderList | undefined): void;
  /** Before the head: answer with the failure's status. After it: the answer is cut short and must be reset. */
  onResponseFailure(failure: Failure, detail: string): void;
  /** There is room again after {@link UpstreamStream.write} said false. */
  onUpstreamWritable(): void;
}

/** One request in flight to a backend. No call throws, also after the end. */
export interface UpstreamStream {
  /** Sends a piece of request body; false asks the caller to wait for `onUpstreamWritable`. */
  write(chunk: Uint8Array): boolean;
  end(trailers: HeaderList | undefined): void;
  /** Holds the backend back by flow control, and lets it go on. */
  pause(): void;
  resume(): void;
  /** Gives up: the backend's stream is reset at once (RFC 9113 §5.4.2 CANCEL), no callback follows. */
  cancel(): void;
}

/** One backend of an upstream. */
export interface UpstreamClient {
  /** Starts a request. Never throws; a failure to start is told by a later `onResponseFailure`, never from inside this call. */
  open(request: RequestHead, isBodyless: boolean, receiver: ResponseReceiver): UpstreamStream;
  /** Closes idle sessions at once and busy ones when their last stream ends. */
  close(): void;
}
