/**
 * One HTTP/3 connection: its facts and its requests.
 * @module
 */
import type { QuicSession, QuicStream, SessionHandshakeInfo } from "node:quic";
import type { Connection, ExchangeHandler } from "../http/exchange.ts";
import { createForwardedClient, type ForwardedClient } from "../http/forwarded.ts";
import { createRequestHead, type HttpVersion } from "../http/head.ts";
import type { HeadLimits } from "../http/head-limits.ts";
import { readRequestDictionary } from "../http/request-fields.ts";
import { plainAddress } from "./address.ts";
import { nextConnectionId } from "./connection-id.ts";
import type { FlushBatch } from "./flush-batch.ts";
import type { ListenerEvents } from "./listener.ts";
import { QuicExchange } from "./quic-exchange.ts";

export class QuicConnection implements Connection {
  readonly id: number = nextConnectionId();
  readonly version: HttpVersion = "HTTP/3";
  // Known from the handshake on, before which there are no requests.
  clientAddress = "";
  clientPort = 0;
  localAddress = "";
  localPort = 0;
  serverName = "";
  forwarded: ForwardedClient = createForwardedClient("", "https", "HTTP/3");

  readonly #session: QuicSession;
  readonly #handler: ExchangeHandler;
  readonly #events: ListenerEvents;
  readonly #limits: HeadLimits;
  readonly #batch: FlushBatch;
  #isOpen = false;

  constructor(
    session: QuicSession,
    handler: ExchangeHandler,
    events: ListenerEvents,
    limits: HeadLimits,
    batch: FlushBatch,
  ) {
    this.#session = session;
    this.#handler = handler;
    this.#events = events;
    this.#limits = limits;
    this.#batch = batch;
  }

  start(onClosed: () => void): void {
    const session = this.#session;
    session.onstream = this.#onStream;
    session.onhandshake = (info) => this.#onHandshake(info);
    // With a handler here the engine takes rejected `closed` promises of the session and its streams as handled.
    session.onerror = () => {};
    session.opened.catch(() => this.#events.handshakeFailed("handshake"));
    const closed = (): void => {
      if (this.#isOpen) this.#events.connectionClosed();
      onClosed();
    };
    session.closed.then(closed, closed);
  }

  /** Sends GOAWAY; the connection closes when its last request has ended. */
  drain(): void {
    if (this.#session.destroyed) return;
    this.#session.close({ type: "application", code: 0x100 }).catch(() => {});
  }

  close(code: number): void {
    if (this.#session.destroyed) return;
    this.#session.destroy(undefined, { type: "application", code });
  }

  #onHandshake({ servername }: SessionHandshakeInfo): void {
    const { path } = this.#session;
    this.clientAddress = plainAddress(path?.remote.address ?? "");
    this.clientPort = path?.remote.port ?? 0;
    this.localAddress = plainAddress(path?.local.address ?? "");
    this.localPort = path?.local.port ?? 0;
    this.serverName = typeof servername === "string" ? servername : "";
    this.forwarded = createForwardedClient(this.clientAddress, "https", this.version);
    this.#isOpen = true;
    this.#events.connectionOpened("h3");
  }

  readonly #onStream = (stream: QuicStream): void => {
    this.#batch.run();
    stream.onheaders = (fields): void => this.#onHeaders(stream, fields);
  };

  #onHeaders(stream: QuicStream, fields: NodeJS.Dict<string | string[]>): void {
    this.#batch.run();
    const request = createRequestHead();
    const length = readRequestDictionary(request, fields, this.#limits);
    const isAssumed = length === -1 && isBodylessMethod(request.method) && stream.stats.bytesReceived === 0n;
    const isBodyless = isAssumed || length === 0;
    const exchange = new QuicExchange(stream, this, request, isBodyless, this.#batch, this.#limits, isAssumed);
    const closed = (): void => exchange.onStreamClosed();
    stream.closed.then(closed, closed);
    if (typeof length === "number") this.#handler.handle(exchange, length);
    else this.#handler.refuse(exchange, length);
  }
}

/**
 * Whether a request without content-length is taken to have no body. The runtime does not tell: there is no flag for a
 * stream that ended with its head. GET and HEAD have no body unless they say so (RFC 9110 §9.3.1), and one that comes
 * all the same is caught before the answer leaves. Every other request has its body read to find out.
 */
function isBodylessMethod(method: string): boolean {
  return method === "GET" || method === "HEAD";
}
