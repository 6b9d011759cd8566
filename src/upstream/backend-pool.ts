import type { ClientHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import type { RequestHead } from "../http/head.ts";
import type { BackendOptions, BackendProtocol, BackendStats } from "./backend-options.ts";
import type { RequestOwner } from "./backend-request.ts";
import { BackendRequest } from "./backend-request.ts";
import type { ResponseReceiver, UpstreamClient, UpstreamStream } from "./client.ts";
import type { DialObserver, DialPlan, DialTarget } from "./dial.ts";
import { Dial } from "./dial.ts";
import { failLater } from "./dead-attempt.ts";
import { Http1Link } from "./http1-link.ts";
import { Http2Link } from "./http2-link.ts";
import type { Link, LinkOwner } from "./link.ts";
import { LinkList } from "./link-list.ts";
import { ProtocolMemory } from "./protocol-memory.ts";
import { RequestList } from "./request-list.ts";
import type { Ticking } from "./ticker.ts";
import { startTicking } from "./ticker.ts";
import { tlsConnectOptions } from "./tls-connect-options.ts";

const DEFAULT_MAX_SESSIONS = 16;
const DEFAULT_MAX_CONNECTIONS = 256;
const DEFAULT_STREAM_WINDOW_BYTES = 1024 * 1024;

/** The connections to one backend, and the requests that use them or wait for one. */
export class BackendPool implements UpstreamClient, RequestOwner, LinkOwner, DialObserver, Ticking {
  readonly timeouts: BackendOptions;
  readonly maxResponseBodyBytes: number;
  readonly #options: BackendOptions;
  readonly #target: DialTarget;
  readonly #memory: ProtocolMemory;
  readonly #requests: RequestList = new RequestList();
  readonly #links: LinkList = new LinkList();
  readonly #dials: Set<Dial> = new Set();
  #protocol: BackendProtocol | undefined;
  #connectsCount = 0;
  #connectFailuresCount = 0;
  #retriesCount = 0;
  #isClosed = false;

  constructor(options: BackendOptions) {
    this.#options = options;
    this.timeouts = options;
    this.maxResponseBodyBytes = options.maxResponseBodyBytes ?? Number.POSITIVE_INFINITY;
    this.#memory = new ProtocolMemory(options.scheme);
    this.#target = {
      host: options.host,
      port: options.port,
      tls: options.scheme === "http" ? {} : tlsConnectOptions(options),
      connectTimeoutMs: options.connectTimeoutMs,
      streamWindowBytes: options.streamWindowBytes ?? DEFAULT_STREAM_WINDOW_BYTES,
    };
  }

  get stats(): BackendStats {
    return {
      activeRequestsCount: this.#requests.activeCount,
      waitingRequestsCount: this.#requests.waitingCount,
      connectionsCount: this.#links.count,
      idleConnectionsCount: this.#links.idleCount,
      connectsCount: this.#connectsCount,
      connectFailuresCount: this.#connectFailuresCount,
      retriesCount: this.#retriesCount,
      protocol: this.#protocol,
    };
  }

  open(head: RequestHead, isBodyless: boolean, receiver: ResponseReceiver): UpstreamStream {
    const request = new BackendRequest(this, head, isBodyless, receiver);
    this.#requests.add(request);
    startTicking(this);
    if (this.#isClosed) failLater(request, FAILURES.upstreamConnectFailed, "client is closed");
    else if (this.#requests.waitingCount > 0 || !this.#start(request)) {
      this.#requests.wait(request, false);
      this.#dialAsNeeded();
    }
    return request;
  }

  close(): void {
    this.#isClosed = true;
    if (this.#requests.waitingCount > 0) return;
    for (const dial of this.#dials) dial.cancel();
    this.#dials.clear();
    this.#links.closeAll();
  }

  tick(nowMs: number): boolean {
    for (const dial of this.#dials) dial.tick(nowMs);
    this.#requests.tick(nowMs);
    this.#links.closeIdle(nowMs, this.#options.idleTimeoutMs, this.#options.maxIdleSessions);
    return this.#dials.size > 0 || this.#requests.activeCount > 0 || this.#links.count > 0;
  }

  onRequestRetry(request: BackendRequest): void {
    this.#retriesCount++;
    this.#options.events?.onRetry?.();
    this.#requests.wait(request, true);
    this.#startWaiting();
  }

  onRequestDone(request: BackendRequest): void {
    this.#requests.remove(request);
  }

  onLinkAvailable(link: Link): void {
    this.#links.list(link);
    if (this.#requests.waitingCount > 0) this.#startWaiting();
    else if (this.#isClosed) link.close();
  }

  onLinkDraining(link: Link): void {
    this.#links.retire(link);
  }

  onLinkClosed(link: Link): void {
    this.#links.remove(link);
    if (this.#requests.waitingCount > 0) this.#startWaiting();
  }

  onLinkMistaken(link: Link): void {
    this.#log("warn", "backend changed its protocol", link.protocol);
    this.#memory.forget();
    this.#protocol = undefined;
  }

  onDialedHttp2(dial: Dial, session: ClientHttp2Session, plan: DialPlan): void {
    const protocol = plan === "tls" ? "h2" : "h2c";
    this.#add(dial, new Http2Link(session, protocol, this, this.#options.connectTimeoutMs), plan);
  }

  onDialedHttp1(dial: Dial, socket: Socket, plan: DialPlan): void {
    const protocol = plan === "tls" ? "https/1.1" : "http/1.1";
    this.#add(dial, new Http1Link(socket, protocol, this, dial.isAssumed), plan);
  }

  onDialFailed(dial: Dial, failure: Failure, detail: string): void {
    this.#dials.delete(dial);
    this.#connectFailuresCount++;
    this.#log("warn", "cannot connect to backend", detail);
    this.#options.events?.onConnectFailed?.(failure, detail);
    // Those that wait may still be served by connections that are busy now.
    if (this.#links.liveCount > 0 || this.#dials.size > 0) return;
    for (let left = this.#requests.waitingCount; left > 0; left--) this.#requests.next()?.fail(failure, detail);
  }

  #add(dial: Dial, link: Link, plan: DialPlan): void {
    this.#dials.delete(dial);
    this.#memory.remember(plan);
    this.#protocol = link.protocol;
    this.#connectsCount++;
    this.#log("debug", "connected to backend", link.protocol);
    this.#options.events?.onConnect?.(link.protocol);
    this.#links.add(link);
    if (!link.isAvailable()) this.#links.unlist(link);
    this.onLinkAvailable(link);
  }

  /** Starts a request on a connection that can take it; false when there is none. */
  #start(request: BackendRequest): boolean {
    for (let link = this.#links.pick(); link !== undefined; link = this.#links.pick()) {
      const attempt = link.isAvailable() ? link.start(request) : undefined;
      if (!link.isAvailable()) this.#links.unlist(link);
      if (attempt === undefined) continue;
      request.attach(attempt);
      return true;
    }
    return false;
  }

  #startWaiting(): void {
    while (this.#links.pick() !== undefined) {
      const request = this.#requests.next();
      if (request === undefined) return;
      if (this.#start(request)) continue;
      this.#requests.wait(request, true);
      break;
    }
    this.#dialAsNeeded();
  }

  /**
   * One connection at a time as long as one may serve all who wait; over HTTP/1.1, where it serves one, as many as there
   * are requests waiting.
   */
  #dialAsNeeded(): void {
    const isHttp1 = this.#protocol === "http/1.1" || this.#protocol === "https/1.1";
    const limit = isHttp1
      ? (this.#options.maxConnections ?? DEFAULT_MAX_CONNECTIONS)
      : (this.#options.maxSessions ?? DEFAULT_MAX_SESSIONS);
    const wanted = isHttp1 ? this.#requests.waitingCount : Math.min(this.#requests.waitingCount, 1);
    const count = Math.min(wanted, limit - this.#links.liveCount) - this.#dials.size;
    for (let i = 0; i < count; i++) {
      const dial = new Dial(this.#target, this.#memory.plans, this);
      this.#dials.add(dial);
      dial.start();
    }
  }

  #log(level: "debug" | "warn", message: string, detail: string): void {
    const { log, authority } = this.#options;
    if (log.isEnabled(level)) log.log(level, message, { backend: authority, detail });
  }
}
