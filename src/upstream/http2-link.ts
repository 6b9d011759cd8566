import type { ClientHttp2Session, ClientSessionRequestOptions } from "node:http2";
import { FAILURES } from "../errors/catalogue.ts";
import type { Attempt, AttemptObserver } from "./attempt.ts";
import { DEAD_ATTEMPT, failLater } from "./dead-attempt.ts";
import { Http2Attempt } from "./http2-attempt.ts";
import { requestFields } from "./http2-request-fields.ts";
import { errorCode } from "./http2-error.ts";
import { listenToStream } from "./http2-stream-events.ts";
import type { Link, LinkOwner } from "./link.ts";

/** Streams at the same time on one connection, whatever the peer allows. */
const MAX_STREAMS = 1024;
/** Streams in the life of a connection: their numbers end at 2^31, half of them are ours (RFC 9113 §5.1.1). */
const MAX_STREAMS_EVER = 1_000_000_000;

const BODYLESS: ClientSessionRequestOptions = { endStream: true };
const WITH_BODY: ClientSessionRequestOptions = { endStream: false, waitForTrailers: true };

/** An HTTP/2 connection whose peer has sent its SETTINGS. */
export class Http2Link implements Link {
  readonly protocol: "h2" | "h2c";
  activeCount = 0;
  idleSinceMs: number = performance.now();
  isListed = false;
  readonly #session: ClientHttp2Session;
  readonly #owner: LinkOwner;
  readonly #probeTimeoutMs: number;
  #maxStreams: number;
  #startedCount = 0;
  #unansweredCount = 0;
  #isDraining = false;
  #isProbing = false;

  constructor(session: ClientHttp2Session, protocol: "h2" | "h2c", owner: LinkOwner, probeTimeoutMs: number) {
    this.protocol = protocol;
    this.#session = session;
    this.#owner = owner;
    this.#probeTimeoutMs = probeTimeoutMs;
    this.#maxStreams = streamLimit(session.remoteSettings.maxConcurrentStreams);
    session.on("remoteSettings", (settings) => {
      this.#maxStreams = streamLimit(settings.maxConcurrentStreams);
      if (this.isAvailable()) owner.onLinkAvailable(this);
    });
    session.on("goaway", () => this.#drain());
    session.on("error", ignore);
    session.on("close", () => {
      this.#drain();
      owner.onLinkClosed(this);
    });
  }

  get isClosed(): boolean {
    return this.#session.destroyed;
  }

  isAvailable(): boolean {
    return !this.#isDraining && !this.#isProbing && this.activeCount < this.#maxStreams;
  }

  start(observer: AttemptObserver): Attempt | undefined {
    const session = this.#session;
    if (session.destroyed || session.closed) {
      this.#drain();
      return undefined;
    }
    const { isBodyless } = observer;
    const wasIdle = this.#unansweredCount === 0 && this.#startedCount > 0;
    const fields = requestFields(observer.head, isBodyless, this.protocol === "h2" ? "https" : "http");
    let attempt: Http2Attempt;
    try {
      const stream = session.request(fields, isBodyless ? BODYLESS : WITH_BODY);
      attempt = new Http2Attempt(this, observer, stream, wasIdle);
      listenToStream(stream, attempt, isBodyless);
    } catch (error) {
      if (errorCode(error) === "ERR_HTTP2_GOAWAY_SESSION") {
        this.#drain();
        return undefined;
      }
      failLater(observer, FAILURES.internal, `request could not be written: ${errorCode(error)}`);
      return DEAD_ATTEMPT;
    }
    this.activeCount++;
    this.#unansweredCount++;
    this.#startedCount++;
    if (this.#startedCount >= MAX_STREAMS_EVER) this.close();
    return attempt;
  }

  close(): void {
    this.#drain();
    if (!this.#session.closed && !this.#session.destroyed) this.#session.close();
  }

  onStreamAnswered(): void {
    this.#unansweredCount--;
  }

  onStreamClosed(): void {
    this.activeCount--;
    if (this.activeCount === 0) this.idleSinceMs = performance.now();
    if (this.isAvailable()) this.#owner.onLinkAvailable(this);
  }

  /** A peer that vanished without closing the connection answers no PING (RFC 9113 §6.7). */
  probe(): void {
    const session = this.#session;
    if (this.#isProbing || session.destroyed) return;
    this.#isProbing = true;
    const timer = setTimeout(() => session.destroy(), this.#probeTimeoutMs);
    timer.unref();
    session.ping((error) => {
      clearTimeout(timer);
      this.#isProbing = false;
      if (error === null && this.isAvailable()) this.#owner.onLinkAvailable(this);
    });
  }

  #drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#owner.onLinkDraining(this);
  }
}

function streamLimit(announced: number | undefined): number {
  return Math.min(announced ?? MAX_STREAMS, MAX_STREAMS);
}

/** "close" follows, and each stream tells its own failure. */
function ignore(): void {}
