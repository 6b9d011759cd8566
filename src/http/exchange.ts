/**
 * One request and the way to answer it, the same for HTTP/3, HTTP/2 and HTTP/1.1. An ingress implements it, the
 * pipeline drives it. Calls and callbacks, no promises: nothing here allocates for the common small request.
 * @module
 */
import type { Failure } from "../errors/failure.ts";
import type { ForwardedClient } from "./forwarded.ts";
import type { HeaderList } from "./header-list.ts";
import type { HttpVersion, RequestHead, ResponseHead } from "./head.ts";

/** Facts about a client's connection, made once per connection. */
export interface Connection {
  /** Unique in the shard. */
  readonly id: number;
  /** 32 random bits, the same for as long as the connection lasts: what its requests share in the choice of a backend. */
  readonly stickyKey: number;
  readonly version: HttpVersion;
  /** Textual IP address without port or brackets; an IPv4-mapped IPv6 address is written as IPv4. */
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** SNI name that the client asked for, or "" (RFC 6066 §3). */
  readonly serverName: string;
  /** What backends are told about this client. */
  readonly forwarded: ForwardedClient;
}

/** Receives a body. Exactly one of `onBodyEnd` and `onBodyAbort` is called, once, last. */
export interface BodyReceiver {
  onBodyData(chunk: Uint8Array): void;
  onBodyEnd(trailers: HeaderList | undefined): void;
  /** The sender gave up: what came so far must not be passed on as complete. */
  onBodyAbort(failure: Failure): void;
}

/** What an exchange tells the pipeline about the answer's way to the client. */
export interface ExchangeObserver {
  /** There is room again after {@link Exchange.sendBody} said false. */
  onWritable(): void;
  /** The client went away, or reset the stream, before the whole answer was handed over. Nothing follows. */
  onClientGone(): void;
}

export interface Exchange {
  readonly connection: Connection;
  readonly request: RequestHead;
  /** True when the head was the whole request: there is no body to read. */
  readonly isBodyless: boolean;
  /** Set by the pipeline before it returns from `handle`. */
  observer: ExchangeObserver | undefined;

  /** Starts the delivery of the request's body. At most once, and not when `isBodyless`. */
  readBody(receiver: BodyReceiver): void;
  /** Stops and restarts the delivery: the client is held back by flow control. */
  pauseBody(): void;
  resumeBody(): void;

  /** Sends a 1xx response (RFC 9110 §15.2). Not after `sendHead`. */
  sendInformational(status: number, headers: HeaderList): void;
  /** Sends the head, once. */
  sendHead(head: ResponseHead): void;
  /** Queues a piece of body; false asks the caller to wait for `onWritable`. The bytes must not change afterwards. */
  sendBody(chunk: Uint8Array): boolean;
  /** Ends the answer. A request body not yet read whole is no longer wanted (RFC 9114 §4.1: H3_NO_ERROR). */
  sendEnd(trailers: HeaderList | undefined): void;
  /** Breaks the answer off so that the client cannot take it for complete. */
  reset(failure: Failure): void;
}

/** What the pipeline gives the ingress. */
export interface ExchangeHandler {
  /** `bodyLength`: declared length of the request's body in bytes, -1 when not declared. */
  handle(exchange: Exchange, bodyLength: number): void;
  /** Answers a request that failed validation; `exchange.request` holds what is known of it. */
  refuse(exchange: Exchange, failure: Failure): void;
}
