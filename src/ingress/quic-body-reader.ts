/**
 * Delivers the body of an HTTP/3 request.
 *
 * The engine reads whatever a client sends, asked or not, and widens the client's windows as it does: QUIC flow control
 * cannot hold a client back. So the stream is always read on, and what a paused receiver does not take is held in a
 * {@link SpillBuffer}.
 * @module
 */
import type { QuicStream } from "node:quic";
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import type { BodyReceiver } from "../http/exchange.ts";
import { HeaderList } from "../http/header-list.ts";
import { readTrailers } from "../http/trailers.ts";
import { fromHeaderObject } from "./header-object.ts";
import type { QuicContext } from "./quic-context.ts";
import { SpillBuffer } from "./spill-buffer.ts";

export class QuicBodyReader {
  readonly #stream: QuicStream;
  readonly #receiver: BodyReceiver;
  readonly #context: QuicContext;
  #batches: AsyncIterator<Uint8Array[]> | undefined = undefined;
  #held: SpillBuffer | undefined = undefined;
  #trailers: HeaderList | undefined = undefined;
  #hasBadTrailers = false;
  #isPaused = false;
  /** All of the body came. */
  #isReceived = false;
  /** The receiver was told of the end, or is not to be told anything any more. */
  #isOver = false;

  constructor(stream: QuicStream, receiver: BodyReceiver, context: QuicContext) {
    this.#stream = stream;
    this.#receiver = receiver;
    this.#context = context;
  }

  /** True when the client has nothing more to send. */
  get isReceived(): boolean {
    return this.#isReceived;
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
    this.#isPaused = false;
    this.#release();
  }

  /** Nothing more is delivered. */
  abandon(): void {
    this.#isOver = true;
    this.#held?.dispose();
    this.#held = undefined;
  }

  #next(): void {
    this.#batches?.next().then(this.#onBatch, this.#onError);
  }

  readonly #onTrailers = (fields: NodeJS.Dict<string | string[]>): void => {
    this.#trailers = new HeaderList(fromHeaderObject(fields));
    this.#hasBadTrailers = !readTrailers(this.#trailers, false, this.#context.limits);
  };

  readonly #onBatch = (result: IteratorResult<Uint8Array[], unknown>): void => {
    if (this.#isOver) return;
    if (result.done === true) {
      // The engine may tell of the end before it tells of the trailers that came with it, in the same batch of events.
      setImmediate(this.#onReceived);
      return;
    }
    for (const chunk of result.value) this.#take(chunk);
    if (!this.#isOver) this.#next();
  };

  readonly #onReceived = (): void => {
    this.#isReceived = true;
    if (!this.#isOver && this.#held === undefined) this.#end();
  };

  readonly #onError = (): void => this.#abort(FAILURES.clientGone);

  #take(chunk: Uint8Array): void {
    if (this.#isOver) return;
    if (!this.#isPaused && this.#held === undefined) {
      this.#receiver.onBodyData(chunk);
      return;
    }
    this.#held ??= new SpillBuffer(this.#context.spillBudget);
    if (!this.#hold(this.#held, chunk)) this.#abort(FAILURES.requestBufferFull);
  }

  /** A disk that is full is no different from a budget that is used up. */
  #hold(held: SpillBuffer, chunk: Uint8Array): boolean {
    try {
      return held.push(chunk);
    } catch {
      return false;
    }
  }

  /** Delivers what is held, until the receiver pauses again. */
  #release(): void {
    while (!this.#isPaused && !this.#isOver) {
      const held = this.#held;
      if (held === undefined) return;
      const chunk = this.#shift(held);
      if (chunk !== undefined) {
        this.#receiver.onBodyData(chunk);
      } else if (!this.#isOver) {
        held.dispose();
        this.#held = undefined;
        if (this.#isReceived) this.#end();
      }
    }
  }

  #shift(held: SpillBuffer): Uint8Array | undefined {
    try {
      return held.shift();
    } catch {
      this.#abort(FAILURES.internal);
      return undefined;
    }
  }

  #end(): void {
    if (this.#hasBadTrailers) {
      this.#abort(FAILURES.invalidHeaderName);
      return;
    }
    this.#isOver = true;
    this.#receiver.onBodyEnd(this.#trailers);
  }

  #abort(failure: Failure): void {
    if (this.#isOver) return;
    this.abandon();
    this.#receiver.onBodyAbort(failure);
  }
}
