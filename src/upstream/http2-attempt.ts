import type { ClientHttp2Stream } from "node:http2";
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { RESPONSE_HEAD_LIMITS } from "../http/head-limits.ts";
import { HeaderList } from "../http/header-list.ts";
import type { ResponseHead } from "../http/head.ts";
import { readHttp2Response, readInformational } from "../http/response-fields.ts";
import { readTrailers } from "../http/trailers.ts";
import type { Attempt, AttemptObserver } from "./attempt.ts";
import { Http2Error } from "./http2-error.ts";

/** What an attempt needs of its connection. */
export interface Http2AttemptOwner {
  readonly isClosed: boolean;
  /** Once per attempt, when its head has come, or never will. */
  onStreamAnswered(): void;
  /** Once per attempt, when its stream no longer counts against the peer's limit. */
  onStreamClosed(): void;
  /** Makes sure that the peer is still there. */
  probe(): void;
}

const END_STREAM = 0x1;

/** One request on one HTTP/2 stream. The stream's events come in through `http2-stream-events.ts`. */
export class Http2Attempt implements Attempt {
  /** Ended or given up: whatever the stream still says is of no interest. */
  isDetached = false;
  readonly #link: Http2AttemptOwner;
  readonly #observer: AttemptObserver;
  readonly #stream: ClientHttp2Stream;
  /** Nobody else was waiting for an answer when this request was sent: the connection may have been dead already. */
  readonly #wasIdle: boolean;
  #isEnded: boolean;
  #isPaused = false;
  #hasHead = false;
  #isAnswered = false;
  #errorCode = "";
  #trailersOut: HeaderList | undefined;
  #trailersIn: string[] | undefined;

  constructor(link: Http2AttemptOwner, observer: AttemptObserver, stream: ClientHttp2Stream, wasIdle: boolean) {
    this.#link = link;
    this.#observer = observer;
    this.#stream = stream;
    this.#wasIdle = wasIdle;
    this.#isEnded = observer.isBodyless;
  }

  write(chunk: Uint8Array): boolean {
    const stream = this.#stream;
    if (this.#isEnded || stream.destroyed || stream.closed) return true;
    return stream.write(chunk);
  }

  end(trailers: HeaderList | undefined): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    if (trailers !== undefined && trailers.count > 0) this.#trailersOut = trailers;
    stream.end();
  }

  pause(): void {
    this.#isPaused = true;
    if (!this.#stream.destroyed) this.#stream.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (!this.#stream.destroyed) this.#stream.resume();
  }

  cancel(): void {
    if (this.isDetached) return;
    this.isDetached = true;
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    if (!this.#isAnswered || !(this.#observer.isBodyless || stream.writableFinished)) stream.close(Http2Error.CANCEL);
    // A stream that nobody reads to its end never closes.
    else if (this.#isPaused) stream.resume();
  }

  timeOut(): void {
    this.cancel();
    this.#link.probe();
  }

  /** Whether END_STREAM may be sent. A request that was given up midway must not look whole to the backend. */
  get mayEndStream(): boolean {
    return this.#isEnded && !this.isDetached;
  }

  /** Trailers for `node:http2` to send, if there are any. */
  get trailersToSend(): HeaderList | undefined {
    return this.#trailersOut;
  }

  onHead(fields: string[], flags: number): void {
    this.#hasHead = true;
    this.#link.onStreamAnswered();
    const head: ResponseHead = { status: 0, headers: new HeaderList(fields) };
    const contentLength = readHttp2Response(head, RESPONSE_HEAD_LIMITS);
    if (typeof contentLength !== "number") {
      this.#fail(contentLength, "invalid response head");
      return;
    }
    this.#isAnswered = (flags & END_STREAM) !== 0;
    this.#observer.onAttemptHead(head, contentLength, this.#isAnswered);
  }

  onInformational(fields: string[]): void {
    const status = Number(fields[1]);
    const headers = new HeaderList(fields.slice(2));
    const failure = readInformational({ status, headers }, false, RESPONSE_HEAD_LIMITS);
    if (failure === undefined) this.#observer.onAttemptInformational(status, headers);
    else this.#fail(failure, "invalid informational response");
  }

  onData(chunk: Uint8Array): void {
    this.#observer.onAttemptData(chunk);
  }

  onTrailers(fields: string[]): void {
    this.#trailersIn = fields;
  }

  /** All of the answer has been read. */
  onEnd(): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    if (this.#trailersIn === undefined) {
      this.#observer.onAttemptEnd(undefined);
      return;
    }
    const trailers = new HeaderList(this.#trailersIn);
    if (readTrailers(trailers, false, RESPONSE_HEAD_LIMITS)) this.#observer.onAttemptEnd(trailers);
    else this.#fail(FAILURES.upstreamInvalidTrailers, "invalid trailers");
  }

  onDrain(): void {
    this.#observer.onAttemptWritable();
  }

  onError(code: string): void {
    this.#errorCode = code;
  }

  /** The stream is gone, with or without an answer. */
  onClose(): void {
    if (!this.#hasHead) this.#link.onStreamAnswered();
    this.#link.onStreamClosed();
    if (this.isDetached) return;
    const code = this.#stream.rstCode ?? 0;
    const detail = `stream closed with error code ${code}`;
    const isProtocolError = code === Http2Error.PROTOCOL_ERROR || this.#errorCode === "ERR_HTTP2_ERROR";
    if (
      !this.#hasHead &&
      (this.#errorCode === "ERR_HTTP2_GOAWAY_SESSION" || this.#errorCode === "ERR_HTTP2_INVALID_SESSION")
    ) {
      this.#observer.onAttemptFailure(FAILURES.upstreamRefusedStream, "connection is going away", "none");
    } else if (!this.#hasHead && code === Http2Error.REFUSED_STREAM) {
      this.#observer.onAttemptFailure(FAILURES.upstreamRefusedStream, detail, "refused");
    } else if (isProtocolError) {
      this.#observer.onAttemptFailure(FAILURES.upstreamProtocolError, detail, "possible");
    } else {
      const isStale = this.#wasIdle && !this.#hasHead && this.#link.isClosed;
      this.#observer.onAttemptFailure(FAILURES.upstreamReset, detail, isStale ? "stale" : "possible");
    }
  }

  #fail(failure: Failure, detail: string): void {
    this.#observer.onAttemptFailure(failure, detail, "possible");
    this.cancel();
  }
}
