/**
 * HTTP/2 and HTTP/1.1 over TLS on a TCP socket that the supervisor opened; ALPN decides (RFC 7301).
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { TLSSocket } from "node:tls";
import { FAILURES } from "../errors/catalogue.ts";
import type { ExchangeHandler } from "../http/exchange.ts";
import { createRequestHead } from "../http/head.ts";
import type { HeadLimits } from "../http/head-limits.ts";
import { readHttp1Request } from "../http/http1-request.ts";
import { readRequestFields } from "../http/request-fields.ts";
import { H1Exchange } from "./h1-exchange.ts";
import { Http1Connections } from "./http1-connections.ts";
import { H2Exchange } from "./h2-exchange.ts";
import type { Listener, ListenerEvents } from "./listener.ts";
import { TcpConnection } from "./tcp-connection.ts";
import type { TlsIdentities } from "./tls-identities.ts";

/** Flag of a HEADERS frame (RFC 9113 §6.2). */
const END_STREAM = 0x1;
/** What a client may send of one request's body before it is read, in bytes. */
const STREAM_WINDOW_BYTES = 256 * 1024;

export interface TcpListenerOptions {
  /** A bound, listening TCP socket; the server takes it over. */
  readonly tcpFd: number;
  readonly identities: TlsIdentities;
  readonly handler: ExchangeHandler;
  readonly events: ListenerEvents;
  readonly limits: HeadLimits;
  readonly maxConcurrentStreams: number;
  /** Connections at one time; more are closed before their handshake. */
  readonly maxConnections: number;
}

/** Starts to serve HTTP/2 and HTTP/1.1. */
export async function listenTcp(options: TcpListenerOptions): Promise<Listener> {
  const listener = new TcpListener(options);
  await listener.start(options.tcpFd);
  return listener;
}

class TcpListener implements Listener {
  readonly #server: Http2SecureServer;
  readonly #handler: ExchangeHandler;
  readonly #events: ListenerEvents;
  readonly #limits: HeadLimits;
  readonly #sessions = new Map<ServerHttp2Session, TcpConnection>();
  readonly #http1 = new Http1Connections();

  constructor(options: TcpListenerOptions) {
    const { identities, handler, events, limits, maxConcurrentStreams } = options;
    this.#handler = handler;
    this.#events = events;
    this.#limits = limits;
    const server = createSecureServer({
      ...identities.defaultPem(),
      SNICallback: (name, done) => done(null, identities.contextFor(name)),
      allowHTTP1: true,
      ALPNProtocols: ["h2", "http/1.1"],
      minVersion: "TLSv1.2",
      // Above our own limit, which answers with 431; the runtime's resets the stream.
      maxHeaderListPairs: 4 * limits.maxHeadersCount,
      settings: { maxConcurrentStreams, initialWindowSize: STREAM_WINDOW_BYTES, enablePush: false },
    });
    this.#server = server;
    server.maxConnections = options.maxConnections;
    server.on("session", (session) => this.#onSession(session));
    server.on("stream", (stream, _headers, flags, fields) => {
      this.#onStream(stream as ServerHttp2Stream, flags, fields as unknown as string[]);
    });
    listenForHttp1(server, (message, response) => this.#onMessage(message, response));
    server.on("tlsClientError", () => events.handshakeFailed("handshake"));
    server.on("clientError", (_error, socket) => refuseUnreadable(socket as TLSSocket));
    // Told by the session's own `close`; without a listener it would be thrown.
    server.on("sessionError", () => {});
  }

  start(fd: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject);
    this.#server.listen({ fd }, () => {
      this.#server.off("error", reject);
      resolve();
    });
    return promise;
  }

  drain(): void {
    this.#server.close();
    for (const session of this.#sessions.keys()) session.close();
    this.#http1.drain();
  }

  close(): void {
    this.#server.close();
    for (const session of this.#sessions.keys()) session.destroy(undefined, constants.NGHTTP2_NO_ERROR);
    this.#http1.close();
  }

  #onSession(session: ServerHttp2Session): void {
    this.#sessions.set(session, new TcpConnection(session.socket as TLSSocket, "HTTP/2"));
    this.#events.connectionOpened("h2");
    session.on("error", () => {});
    session.on("close", () => {
      if (this.#sessions.delete(session)) this.#events.connectionClosed();
    });
  }

  #onStream(stream: ServerHttp2Stream, flags: number, fields: string[]): void {
    const { session } = stream;
    const connection = session === undefined ? undefined : this.#sessions.get(session as ServerHttp2Session);
    if (connection === undefined) return;
    const request = createRequestHead(fields);
    const length = readRequestFields(request, this.#limits);
    const isBodyless = (flags & END_STREAM) !== 0;
    const exchange = new H2Exchange(stream, connection, request, isBodyless, this.#limits);
    if (typeof length !== "number") this.#handler.refuse(exchange, length);
    else if (isBodyless && length > 0) this.#handler.refuse(exchange, FAILURES.requestBodyMismatch);
    else this.#handler.handle(exchange, length);
  }

  #onMessage(message: IncomingMessage, response: ServerResponse): void {
    const socket = message.socket as TLSSocket;
    const connection = this.#http1.connectionOf(socket, this.#events);
    const request = createRequestHead(message.rawHeaders);
    const version = versionOf(message);
    const line = { method: message.method ?? "", target: message.url ?? "", version, scheme: "https" } as const;
    const length =
      version === undefined
        ? FAILURES.unsupportedVersion
        : readHttp1Request(request, { ...line, version }, this.#limits);
    const isBodyless = length === 0;
    const exchange = new H1Exchange(message, response, connection, request, isBodyless, this.#limits);
    this.#http1.begin(socket, response);
    if (typeof length !== "number") {
      // Where the next request starts is not known any more.
      response.shouldKeepAlive = false;
      this.#handler.refuse(exchange, length);
      return;
    }
    // The runtime has answered it already.
    request.headers.delete("expect");
    this.#handler.handle(exchange, length);
  }
}

/** Undefined for HTTP/0.9, which the parser lets through. */
function versionOf(message: IncomingMessage): "HTTP/1.1" | "HTTP/1.0" | undefined {
  if (message.httpVersion === "1.1") return "HTTP/1.1";
  return message.httpVersion === "1.0" ? "HTTP/1.0" : undefined;
}

/**
 * Listens for HTTP/1.1 requests only. A listener for `request` makes the runtime build its compatibility objects for
 * HTTP/2 streams too, and answer for them; the listener that does so is taken off again.
 */
function listenForHttp1(
  server: Http2SecureServer,
  onMessage: (message: IncomingMessage, response: ServerResponse) => void,
): void {
  const own = new Set(server.listeners("stream"));
  server.on("request", (message, response) => {
    onMessage(message as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
  for (const listener of server.listeners("stream")) {
    if (!own.has(listener)) server.off("stream", listener as () => void);
  }
}

/** The parser could not make sense of what came: there is no request to answer through the pipeline. */
function refuseUnreadable(socket: TLSSocket): void {
  if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  else socket.destroy();
}
