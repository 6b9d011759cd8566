/**
 * Where requests and connections meet: a request may be tried on several connections, one after the other.
 * @module
 */
import type { Failure } from "../errors/failure.ts";
import type { HeaderList } from "../http/header-list.ts";
import type { RequestHead, ResponseHead } from "../http/head.ts";

/** What a failed attempt says about the chance of another one. */
export type Processing =
  /** The backend may have acted upon the request. */
  | "possible"
  /** It surely has not: the request was above the last stream of a GOAWAY (RFC 9113 §6.8), or never left. */
  | "none"
  /** It surely has not, and said so of this one request: REFUSED_STREAM (RFC 9113 §8.7). */
  | "refused"
  /** A kept connection was closed without a byte of an answer: harmless to repeat for an idempotent method (RFC 9112 §9.3.1). */
  | "stale";

/** One try of a request on one connection. No call throws, also after the end; none calls the observer back. */
export interface Attempt {
  /** False: wait for `onAttemptWritable`. */
  write(chunk: Uint8Array): boolean;
  end(trailers: HeaderList | undefined): void;
  pause(): void;
  resume(): void;
  /** Gives up at once. Nothing is called back afterwards. */
  cancel(): void;
  /** As `cancel`, and the whole connection is in doubt: it was silent for too long. */
  timeOut(): void;
}

/** What a connection needs to know of a request, and whom it tells about the answer. */
export interface AttemptObserver {
  readonly head: RequestHead;
  readonly isBodyless: boolean;
  /** Declared length of the request's body; -1 when it is not known. */
  readonly contentLength: number;
  onAttemptInformational(status: number, headers: HeaderList): void;
  /** `contentLength` is as declared, -1 for none; `isEnd`: no body follows, and neither does `onAttemptEnd`. */
  onAttemptHead(head: ResponseHead, contentLength: number, isEnd: boolean): void;
  onAttemptData(chunk: Uint8Array): void;
  onAttemptEnd(trailers: HeaderList | undefined): void;
  onAttemptFailure(failure: Failure, detail: string, processing: Processing): void;
  onAttemptWritable(): void;
}
