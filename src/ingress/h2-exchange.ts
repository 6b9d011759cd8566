/**
 * One HTTP/2 request over a `node:http2` server stream.
 * @module
 */
import type { ServerHttp2Stream } from "node:http2";
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import type { BodyReceiver, Connection, Exchange, ExchangeObserver } from "../http/exchange.ts";
import type { RequestHead, ResponseHead } from "../http/head.ts";
import type { HeadLimits } from "../http/head-limits.ts";
import { HeaderList } from "../http/header-list.ts";
import { readTrailers } from "../http/trailers.ts";
import { holdBackWhilePaused } from "../platform/http2-flow.ts";
import { toHeaderObject } from "./header-object.ts";
import { StreamBodyReader, type Trailers } from "./stream-body-reader.ts";

export class H2Exchange implements Exchange {
  readonly connection: Connection;
  readonly request: RequestHead;
  readonly isBodyless: boolean;
  observer: ExchangeObserver | undefined = undefined;

  readonly #stream: ServerHttp2Stream;
  readonly #limits: HeadLimits;
  #body: StreamBodyReader | undefined = undefined;
  #trailers: HeaderList | undefined = undefined;
  #isDone = false;

  constructor(
    stream: ServerHttp2Stream,
    connection: Connection,
    request: RequestHead,
    isBodyless: boolean,
    limits: HeadLimits,
  ) {
    this.#stream = stream;
    this.#limits = limits;
    this.connection = connection;
    this.request = request;
    this.isBodyless = isBodyless;
    stream.on("close", () => this.#onClose());
    stream.on("drain", () => this.observer?.onWritable());
    // Told by `close` as well; without a listener it would be thrown.
    stream.on("error", () => {});
  }

  readBody(receiver: BodyReceiver): void {
    holdBackWhilePaused(this.#stream);
    let trailers: Trailers;
    this.#stream.on("trailers", (_object, _flags, fields?: string[]) => {
      const list = new HeaderList(fields ?? []);
      trailers = readTrailers(list, false, this.#limits) ? list : FAILURES.invalidHeaderName;
    });
    this.#body = new StreamBodyReader(this.#stream, receiver, () => trailers);
  }

  pauseBody(): void {
    this.#stream.pause();
  }

  resumeBody(): void {
    this.#stream.resume();
  }

  sendInformational(status: number, headers: HeaderList): void {
    if (this.#isDone || this.#stream.destroyed) return;
    this.#stream.additionalHeaders({ ":status": status, ...toHeaderObject(headers) });
  }

  sendHead(head: ResponseHead): void {
    if (this.#isDone || this.#stream.destroyed) return;
    const fields = [":status", `${head.status}`, ...head.headers.fields];
    this.#stream.on("wantTrailers", () => {
      // No fields make an empty DATA frame with END_STREAM.
      this.#stream.sendTrailers(this.#trailers === undefined ? {} : toHeaderObject(this.#trailers));
    });
    this.#stream.respond(fields, { waitForTrailers: true });
  }

  sendBody(chunk: Uint8Array): boolean {
    if (this.#isDone || this.#stream.destroyed) return true;
    return this.#stream.write(chunk);
  }

  sendEnd(trailers: HeaderList | undefined): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#trailers = trailers;
    this.#body?.abandon();
    if (!this.#stream.destroyed) this.#stream.end();
  }

  reset(_failure: Failure): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#body?.abandon();
    // `close(code)` of the runtime sends what is queued and then END_STREAM, which would make the answer look whole.
    // Only an error ends the stream with RST_STREAM.
    this.#stream.destroy(new Error("reset"));
  }

  #onClose(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#body?.onClose();
    this.observer?.onClientGone();
  }
}
