/**
 * One HTTP/1.1 request. The runtime's parser frames the messages; what it lets through is checked by `http/`.
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import type { BodyReceiver, Connection, Exchange, ExchangeObserver } from "../http/exchange.ts";
import type { RequestHead, ResponseHead } from "../http/head.ts";
import type { HeadLimits } from "../http/head-limits.ts";
import { HeaderList } from "../http/header-list.ts";
import { readTrailers } from "../http/trailers.ts";
import { toHeaderObject } from "./header-object.ts";
import { StreamBodyReader, type Trailers } from "./stream-body-reader.ts";

const EARLY_HINTS = 103;

export class H1Exchange implements Exchange {
  readonly connection: Connection;
  readonly request: RequestHead;
  readonly isBodyless: boolean;
  observer: ExchangeObserver | undefined = undefined;

  readonly #message: IncomingMessage;
  readonly #limits: HeadLimits;
  readonly #response: ServerResponse;
  #body: StreamBodyReader | undefined = undefined;
  #wantsTrailers = false;
  #isDone = false;

  constructor(
    message: IncomingMessage,
    response: ServerResponse,
    connection: Connection,
    request: RequestHead,
    isBodyless: boolean,
    limits: HeadLimits,
  ) {
    this.#message = message;
    this.#limits = limits;
    this.#response = response;
    this.connection = connection;
    this.request = request;
    this.isBodyless = isBodyless;
    response.on("close", () => this.#onClose());
    response.on("drain", () => this.observer?.onWritable());
    // Told by `close` as well; without listeners they would be thrown.
    response.on("error", () => {});
    message.on("error", () => {});
  }

  readBody(receiver: BodyReceiver): void {
    this.#body = new StreamBodyReader(this.#message, receiver, () => this.#trailers());
  }

  pauseBody(): void {
    this.#message.pause();
  }

  resumeBody(): void {
    this.#message.resume();
  }

  /** 103 only: 100 is the runtime's own answer to `Expect`, and the others have no meaning to an HTTP/1.1 client. */
  sendInformational(status: number, headers: HeaderList): void {
    if (this.#isDone || status !== EARLY_HINTS || !headers.has("link")) return;
    this.#response.writeEarlyHints({ ...toHeaderObject(headers) });
  }

  sendHead(head: ResponseHead): void {
    if (this.#isDone) return;
    const { headers } = head;
    // Trailers need the chunked coding and a client that asks for them (RFC 9110 §6.5.1).
    const canChunk = this.#message.httpVersion === "1.1" && !headers.has("content-length");
    this.#wantsTrailers = canChunk && this.request.headers.has("te") && this.request.method !== "HEAD";
    this.#response.writeHead(head.status, headers.fields);
  }

  sendBody(chunk: Uint8Array): boolean {
    return this.#isDone || this.#response.write(chunk);
  }

  sendEnd(trailers: HeaderList | undefined): void {
    if (this.#isDone) return;
    this.#isDone = true;
    const isBodyLeft = !this.isBodyless && this.#body?.isOver !== true;
    this.#body?.abandon();
    // The rest of a body that nobody reads would have to be read before the next request on this connection.
    if (trailers !== undefined && this.#wantsTrailers) this.#endWithTrailers(trailers);
    else if (isBodyLeft) this.#response.end(() => this.#message.socket.destroySoon());
    else this.#response.end();
  }

  /**
   * The runtime takes trailers and then does not send them. So the last chunk is written past it, after which it must
   * not use the connection again: trailers cost an HTTP/1.1 client its connection.
   */
  #endWithTrailers(trailers: HeaderList): void {
    const { fields } = trailers;
    let text = "0\r\n";
    for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`;
    this.#message.socket.end(`${text}\r\n`, "latin1");
  }

  /** Cuts the connection: before its last chunk, or short of its content-length, the answer cannot be taken for whole. */
  reset(_failure: Failure): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#body?.abandon();
    this.#message.socket.destroy();
  }

  #trailers(): Trailers {
    const fields = this.#message.rawTrailers;
    if (fields.length === 0) return undefined;
    const list = new HeaderList(fields);
    return readTrailers(list, true, this.#limits) ? list : FAILURES.invalidHeaderName;
  }

  #onClose(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#body?.onClose();
    this.observer?.onClientGone();
  }
}
