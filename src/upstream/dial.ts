import type { ClientHttp2Session, ClientSessionOptions } from "node:http2";
import { connect as connectHttp2 } from "node:http2";
import type { Socket } from "node:net";
import { connect as connectTcp } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { connect as connectTls, TLSSocket } from "node:tls";
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { errorCode } from "./http2-error.ts";

/** A way to open a connection: TLS, where ALPN chooses the protocol; HTTP/2 by prior knowledge; HTTP/1.1. */
export type DialPlan = "tls" | "h2c" | "http1";

interface SessionOptions extends ClientSessionOptions {
  /** False passes repeated fields on as they are. The types do not know it. */
  readonly strictSingleValueFields: boolean;
}

export interface DialTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: ConnectionOptions;
  readonly connectTimeoutMs: number;
  readonly streamWindowBytes: number;
}

/** Exactly one of these is called, once, and never from inside {@link Dial.start}. */
export interface DialObserver {
  onDialedHttp2(dial: Dial, session: ClientHttp2Session, plan: DialPlan): void;
  onDialedHttp1(dial: Dial, socket: Socket, plan: DialPlan): void;
  onDialFailed(dial: Dial, failure: Failure, detail: string): void;
}

/**
 * Opens one connection. Plans are tried in order: the next one when the backend is there and speaks something else, but
 * not when it cannot be reached. An HTTP/2 connection counts as open when the peer's SETTINGS have come, which no
 * HTTP/1.1 server can send: so no request is ever spent on finding out.
 */
export class Dial {
  readonly #target: DialTarget;
  readonly #plans: readonly DialPlan[];
  readonly #observer: DialObserver;
  #next = 0;
  #plan: DialPlan = "http1";
  #socket: Socket | undefined;
  #session: ClientHttp2Session | undefined;
  #isConnected = false;
  #deadlineMs = 0;
  #isDone = false;

  constructor(target: DialTarget, plans: readonly DialPlan[], observer: DialObserver) {
    this.#target = target;
    this.#plans = plans;
    this.#observer = observer;
  }

  start(): void {
    this.#dialNext();
  }

  /** Whether HTTP/1.1 is spoken because that worked before, and not because the backend refused the other plans now. */
  get isAssumed(): boolean {
    return this.#plan === "http1" && this.#next === 1 && this.#plans.length > 1;
  }

  /** Looks at the deadline. */
  tick(nowMs: number): void {
    if (!this.#isDone && nowMs >= this.#deadlineMs) this.#onFailed("connect timeout", "");
  }

  /** Gives up; the observer is not told. */
  cancel(): void {
    this.#isDone = true;
    this.#discard();
  }

  #dialNext(): void {
    const { host, port, tls, connectTimeoutMs } = this.#target;
    this.#plan = this.#plans[this.#next] ?? "http1";
    this.#next++;
    this.#isConnected = false;
    this.#deadlineMs = performance.now() + connectTimeoutMs;
    const socket = this.#plan === "tls" ? connectTls({ ...tls, host, port }) : connectTcp({ host, port });
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("connect", () => {
      if (this.#socket !== socket) return;
      this.#isConnected = true;
      if (this.#plan !== "tls") this.#onOpen(socket);
    });
    socket.on("secureConnect", () => {
      if (this.#socket === socket) this.#onOpen(socket);
    });
    socket.on("error", (error) => {
      if (this.#socket === socket) this.#onFailed(error.message, errorCode(error));
    });
    socket.on("close", () => {
      if (this.#socket === socket) this.#onFailed("connection closed by the backend", "");
    });
  }

  #onOpen(socket: Socket): void {
    const isHttp2 = socket instanceof TLSSocket ? socket.alpnProtocol === "h2" : this.#plan === "h2c";
    if (isHttp2) {
      this.#openHttp2(socket);
      return;
    }
    this.#isDone = true;
    this.#observer.onDialedHttp1(this, socket, this.#plan);
  }

  #openHttp2(socket: Socket): void {
    const window = this.#target.streamWindowBytes;
    const options: SessionOptions = {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: window },
      strictSingleValueFields: false,
    };
    const session = connectHttp2(this.#plan === "tls" ? "https://backend" : "http://backend", options);
    this.#session = session;
    session.on("connect", () => {
      // The runtime replenishes streams only when half of this window is used up: it must not be the larger one.
      if (!session.destroyed) session.setLocalWindowSize(window);
    });
    session.on("remoteSettings", () => {
      if (this.#isDone || this.#session !== session) return;
      this.#isDone = true;
      this.#observer.onDialedHttp2(this, session, this.#plan);
    });
    session.on("error", (error) => {
      if (this.#session === session) this.#onFailed(error.message, errorCode(error));
    });
    session.on("close", () => {
      if (this.#session === session) this.#onFailed("connection closed by the backend", "");
    });
  }

  #onFailed(detail: string, code: string): void {
    if (this.#isDone) return;
    const isReached = this.#isConnected;
    this.#discard();
    if (isReached && this.#next < this.#plans.length) {
      this.#dialNext();
      return;
    }
    this.#isDone = true;
    const isTlsFailure =
      isReached && this.#plan === "tls" && this.#session === undefined && detail !== "connect timeout";
    const failure = isTlsFailure ? FAILURES.upstreamTlsFailed : FAILURES.upstreamConnectFailed;
    this.#observer.onDialFailed(this, failure, code === "" ? detail : `${code}: ${detail}`);
  }

  #discard(): void {
    const session = this.#session;
    const socket = this.#socket;
    this.#session = undefined;
    this.#socket = undefined;
    session?.destroy();
    socket?.destroy();
  }
}
