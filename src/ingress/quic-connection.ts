/**
 * One HTTP/3 connection: its facts and its requests.
 * @module
 */
import type { QuicSession, QuicStream, SessionHandshakeInfo } from "node:quic";
import type { Connection } from "../http/exchange.ts";
import { createForwardedClient, type ForwardedClient } from "../http/forwarded.ts";
import { createRequestHead, type HttpVersion } from "../http/head.ts";
import { readRequestDictionary } from "../http/request-fields.ts";
import { plainAddress } from "./address.ts";
import { nextConnectionId } from "./connection-id.ts";
import type { QuicContext } from "./quic-context.ts";
import { QuicExchange } from "./quic-exchange.ts";
import { createStickyKey } from "./sticky-key.ts";

export class QuicConnection implements Connection {
  readonly id: number = nextConnectionId();
  readonly stickyKey: number = createStickyKey();
  readonly version: HttpVersion = "HTTP/3";
  // Known from the handshake on, before which there are no requests.
  clientAddress = "";
  clientPort = 0;
  localAddress = "";
  localPort = 0;
  serverName = "";
  forwarded: ForwardedClient = createForwardedClient("", "https", "HTTP/3");

  readonly #session: QuicSession;
  readonly #context: QuicContext;
  #isOpen = false;

  constructor(session: QuicSession, context: QuicContext) {
    this.#session = session;
    this.#context = context;
  }

  start(onClosed: () => void): void {
    const session = this.#session;
    session.onstream = this.#onStream;
    session.onhandshake = (info) => this.#onHandshake(info);
    // With a handler here the engine takes rejected `closed` promises of the session and its streams as handled.
    session.onerror = () => {};
    session.opened.catch(() => this.#context.events.handshakeFailed("handshake"));
    const closed = (): void => {
      if (this.#isOpen) this.#context.events.connectionClosed();
      onClosed();
    };
    session.closed.then(closed, closed);
  }

  /** Sends GOAWAY; the connection closes when its last request has ended. Given a code, it would close at once. */
  drain(): void {
    if (this.#session.destroyed) return;
    this.#session.close().catch(() => {});
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
    this.#context.events.connectionOpened("h3");
  }

  readonly #onStream = (stream: QuicStream): void => {
    this.#context.batch.run();
    stream.onheaders = (fields): void => this.#onHeaders(stream, fields);
  };

  #onHeaders(stream: QuicStream, fields: NodeJS.Dict<string | string[]>): void {
    this.#context.batch.run();
    const request = createRequestHead();
    const length = readRequestDictionary(request, fields, this.#context.limits);
    const isAssumed = length === -1 && isBodylessMethod(request.method) && stream.stats.bytesReceived === 0n;
    const isBodyless = isAssumed || length === 0;
    const exchange = new QuicExchange(stream, this, request, isBodyless, isAssumed, this.#context);
    const closed = (): void => exchange.onStreamClosed();
    stream.closed.then(closed, closed);
    if (typeof length === "number") this.#context.handler.handle(exchange, length);
    else this.#context.handler.refuse(exchange, length);
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
