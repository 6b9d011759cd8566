import type { Socket } from "node:net";
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { RESPONSE_HEAD_LIMITS } from "../http/head-limits.ts";
import { HeaderList } from "../http/header-list.ts";
import type { ResponseHead } from "../http/head.ts";
import { readHttp1Response, readInformational } from "../http/response-fields.ts";
import { readTrailers } from "../http/trailers.ts";
import type { Attempt, AttemptObserver, Processing } from "./attempt.ts";
import { looksLikeHttp2, looksLikeTls } from "./first-bytes.ts";
import type { Http1Framing } from "./http1-request-text.ts";
import { requestFraming, requestText } from "./http1-request-text.ts";
import type { Http1ResponseSink } from "./http1-response-reader.ts";
import { Http1ResponseReader } from "./http1-response-reader.ts";

/** What an attempt needs of its connection. */
export interface Http1AttemptOwner {
  /** Nobody knows yet that the backend speaks HTTP/1.1. */
  readonly isAssumed: boolean;
  release(canPersist: boolean): void;
  mistaken(): void;
}

/** One request on an HTTP/1.1 connection. */
export class Http1Attempt implements Attempt, Http1ResponseSink {
  readonly #link: Http1AttemptOwner;
  readonly #observer: AttemptObserver;
  readonly #socket: Socket;
  readonly #reader: Http1ResponseReader;
  readonly #framing: Http1Framing;
  /** The connection has carried other requests before. */
  readonly #isReused: boolean;
  #isSent = false;
  #isDone = false;
  #hasHead = false;
  #hasBytes = false;
  #isPaused = false;
  #canPersist = false;
  /** A head that is the whole answer: told once the connection is free again. */
  #lastHead: ResponseHead | undefined;
  #contentLength = -1;

  constructor(link: Http1AttemptOwner, observer: AttemptObserver, socket: Socket, isReused: boolean) {
    this.#link = link;
    this.#observer = observer;
    this.#socket = socket;
    this.#isReused = isReused;
    this.#reader = new Http1ResponseReader(this, observer.head.method === "HEAD");
    this.#framing = requestFraming(observer.isBodyless, observer.contentLength);
  }

  /** Sends the head. */
  send(): void {
    const { head, contentLength } = this.#observer;
    this.#isSent = this.#framing === "none";
    this.#socket.write(requestText(head, this.#framing, contentLength), "latin1");
  }

  write(chunk: Uint8Array): boolean {
    const socket = this.#socket;
    if (this.#isDone || this.#isSent || chunk.byteLength === 0 || !socket.writable) return true;
    if (this.#framing !== "chunked") return socket.write(chunk);
    socket.cork();
    socket.write(`${chunk.byteLength.toString(16)}\r\n`, "latin1");
    socket.write(chunk);
    const isWritable = socket.write("\r\n", "latin1");
    socket.uncork();
    return isWritable;
  }

  end(trailers: HeaderList | undefined): void {
    if (this.#isDone || this.#isSent) return;
    this.#isSent = true;
    // With content-length there is no place for trailers (RFC 9110 §6.5); they may be dropped.
    if (this.#framing === "chunked" && this.#socket.writable) this.#socket.write(lastChunk(trailers), "latin1");
  }

  pause(): void {
    if (this.#isDone) return;
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (this.#isDone || !this.#isPaused) return;
    this.#isPaused = false;
    this.#socket.resume();
  }

  cancel(): void {
    if (!this.#isDone) this.#finish(false);
  }

  timeOut(): void {
    this.cancel();
  }

  onData(chunk: Buffer): void {
    this.#hasBytes = true;
    this.#reader.read(chunk);
  }

  onDrain(): void {
    if (!this.#isDone) this.#observer.onAttemptWritable();
  }

  /** The backend will send no more. */
  onEnd(): void {
    if (this.#isDone || this.#reader.readClose()) return;
    this.#fail(FAILURES.upstreamReset, "connection ended before the response", this.#unanswered());
  }

  /** The connection is gone. */
  onClose(): void {
    if (!this.#isDone) this.#fail(FAILURES.upstreamReset, "connection was lost", this.#unanswered());
  }

  onHttp1Informational(status: number, fields: string[]): void {
    const headers = new HeaderList(fields);
    const failure = readInformational({ status, headers }, true, RESPONSE_HEAD_LIMITS);
    if (failure === undefined) this.#observer.onAttemptInformational(status, headers);
    else this.#fail(failure, "invalid informational response", "possible");
  }

  onHttp1Head(status: number, fields: string[], hasBody: boolean, canPersist: boolean): void {
    const head: ResponseHead = { status, headers: new HeaderList(fields) };
    const contentLength = readHttp1Response(head, RESPONSE_HEAD_LIMITS);
    if (typeof contentLength !== "number") {
      this.#fail(contentLength, "invalid response head", "possible");
      return;
    }
    this.#hasHead = true;
    this.#canPersist = canPersist;
    this.#contentLength = contentLength;
    if (hasBody) this.#observer.onAttemptHead(head, contentLength, false);
    else this.#lastHead = head;
  }

  onHttp1Data(chunk: Uint8Array): void {
    this.#observer.onAttemptData(chunk);
  }

  onHttp1End(fields: string[] | undefined, restBytes: number): void {
    if (restBytes > 0) this.#canPersist = false;
    if (this.#isDone) return;
    if (fields === undefined) {
      this.#finish(this.#isSent && this.#canPersist);
      if (this.#lastHead === undefined) this.#observer.onAttemptEnd(undefined);
      else this.#observer.onAttemptHead(this.#lastHead, this.#contentLength, true);
      return;
    }
    const trailers = new HeaderList(fields);
    if (!readTrailers(trailers, true, RESPONSE_HEAD_LIMITS)) {
      this.#fail(FAILURES.upstreamInvalidTrailers, "invalid trailers", "possible");
      return;
    }
    this.#finish(this.#isSent && this.#canPersist);
    this.#observer.onAttemptEnd(trailers);
  }

  onHttp1Malformed(detail: string): void {
    const bytes = this.#reader.held;
    const isOther = !this.#hasHead && (looksLikeHttp2(bytes) || looksLikeTls(bytes));
    if (isOther) this.#link.mistaken();
    // A peer that speaks another protocol cannot have taken this for a request.
    this.#fail(FAILURES.upstreamProtocolError, detail, isOther ? "none" : "possible");
  }

  #unanswered(): Processing {
    if (this.#hasBytes) return "possible";
    if (this.#isReused) return "stale";
    if (!this.#link.isAssumed) return "possible";
    // A server for TLS or HTTP/2 may well close on such a request.
    this.#link.mistaken();
    return "stale";
  }

  #fail(failure: Failure, detail: string, processing: Processing): void {
    this.#finish(false);
    this.#observer.onAttemptFailure(failure, detail, processing);
  }

  #finish(canPersist: boolean): void {
    this.#isDone = true;
    this.#reader.stop();
    this.#link.release(canPersist);
  }
}

function lastChunk(trailers: HeaderList | undefined): string {
  if (trailers === undefined) return "0\r\n\r\n";
  const { fields } = trailers;
  let text = "0\r\n";
  for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`;
  return `${text}\r\n`;
}
