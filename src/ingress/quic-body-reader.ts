/**
 * Delivers the body of an HTTP/3 request. The stream offers an async iterator only; no next batch is asked for while
 * the receiver is paused, so that QUIC flow control holds the client back.
 * @module
 */
import type { QuicStream } from "node:quic";
import { FAILURES } from "../errors/catalogue.ts";
import type { BodyReceiver } from "../http/exchange.ts";
import type { HeadLimits } from "../http/head-limits.ts";
import { HeaderList } from "../http/header-list.ts";
import { readTrailers } from "../http/trailers.ts";
import { fromHeaderObject } from "./header-object.ts";

export class QuicBodyReader {
  readonly #stream: QuicStream;
  readonly #receiver: BodyReceiver;
  readonly #limits: HeadLimits;
  #batches: AsyncIterator<Uint8Array[]> | undefined = undefined;
  #trailers: HeaderList | undefined = undefined;
  #isPaused = false;
  #isWaiting = false;
  #isOver = false;
  #hasBadTrailers = false;
  #rest: Uint8Array[] = [];

  constructor(stream: QuicStream, receiver: BodyReceiver, limits: HeadLimits) {
    this.#stream = stream;
    this.#receiver = receiver;
    this.#limits = limits;
  }

  /** True when the end of the body was seen. */
  get isComplete(): boolean {
    return this.#isOver;
  }

  start(): void {
    this.#stream.ontrailers = this.#onTrailers;
    this.#batches = this.#stream[Symbol.asyncIterator]();
    this.#next();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#deliver();
  }

  /** Nothing more is delivered. */
  abandon(): void {
    this.#isOver = true;
    this.#rest = [];
  }

  #next(): void {
    if (this.#isWaiting || this.#isOver || this.#batches === undefined) return;
    this.#isWaiting = true;
    this.#batches.next().then(this.#onBatch, this.#onError);
  }

  readonly #onTrailers = (fields: NodeJS.Dict<string | string[]>): void => {
    this.#trailers = new HeaderList(fromHeaderObject(fields));
    this.#hasBadTrailers = !readTrailers(this.#trailers, false, this.#limits);
  };

  readonly #onBatch = (result: IteratorResult<Uint8Array[], unknown>): void => {
    this.#isWaiting = false;
    if (this.#isOver) return;
    if (result.done === true) {
      // The engine may tell of the end before it tells of the trailers that came with it, in the same batch of events.
      setImmediate(this.#onEnd);
      return;
    }
    this.#rest = result.value;
    this.#deliver();
  };

  readonly #onEnd = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#hasBadTrailers) this.#receiver.onBodyAbort(FAILURES.invalidHeaderName);
    else this.#receiver.onBodyEnd(this.#trailers);
  };

  readonly #onError = (): void => {
    this.#isWaiting = false;
    if (this.#isOver) return;
    this.#isOver = true;
    this.#receiver.onBodyAbort(FAILURES.clientGone);
  };

  #deliver(): void {
    while (!this.#isPaused && !this.#isOver) {
      const chunk = this.#rest.shift();
      if (chunk === undefined) {
        this.#next();
        return;
      }
      this.#receiver.onBodyData(chunk);
    }
  }
}
