/**
 * Delivers the body of a request that is a Node stream: HTTP/2 and HTTP/1.1. Pausing the stream holds the client back.
 * @module
 */
import type { Readable } from "node:stream";
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import type { BodyReceiver } from "../http/exchange.ts";
import type { HeaderList } from "../http/header-list.ts";

/** Trailers that came with the body: none, some, or a failure. */
export type Trailers = HeaderList | Failure | undefined;

export class StreamBodyReader {
  readonly #stream: Readable;
  readonly #receiver: BodyReceiver;
  readonly #readTrailers: () => Trailers;
  #isOver = false;

  constructor(stream: Readable, receiver: BodyReceiver, readTrailers: () => Trailers) {
    this.#stream = stream;
    this.#receiver = receiver;
    this.#readTrailers = readTrailers;
    stream.on("data", this.#onData);
    stream.on("end", this.#onEnd);
  }

  /** True when the end of the body was seen, or nobody wants it any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Nothing more is delivered; what still comes is thrown away. */
  abandon(): void {
    this.#isOver = true;
    this.#stream.resume();
  }

  /** The stream closed. A body that was not whole by then never will be. */
  onClose(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#receiver.onBodyAbort(FAILURES.clientGone);
  }

  readonly #onData = (chunk: Uint8Array): void => {
    if (!this.#isOver) this.#receiver.onBodyData(chunk);
  };

  readonly #onEnd = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    const trailers = this.#readTrailers();
    if (trailers !== undefined && "code" in trailers) this.#receiver.onBodyAbort(trailers);
    else this.#receiver.onBodyEnd(trailers);
  };
}
