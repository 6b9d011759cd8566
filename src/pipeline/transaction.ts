/**
 * One request on its way through the phases. It stands between the client's exchange and the backend's stream and is
 * told everything by both; nothing here waits.
 * @module
 */
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { SpookyError } from "../errors/spooky-error.ts";
import type { BodyStep, FilterHost, FilterStream, FilterVerdict, LocalReply } from "../filter/chain.ts";
import type { Connection, Exchange, ExchangeObserver } from "../http/exchange.ts";
import { createFailureHead, failureBody } from "../http/failure-reply.ts";
import type { RequestHead, ResponseHead } from "../http/head.ts";
import type { HeaderList } from "../http/header-list.ts";
import type { ResponseReceiver, UpstreamStream } from "../upstream/client.ts";
import { admit } from "./admit.ts";
import { balance } from "./balance.ts";
import { ClientOutput } from "./client-output.ts";
import { forward } from "./forward.ts";
import type { BackendTarget, Generation, UpstreamTarget } from "./generation.ts";
import { HeldResponse } from "./held-response.ts";
import { HoldWatch } from "./hold-watch.ts";
import { logRequest } from "./log.ts";
import { prepareResponse } from "./prepare-response.ts";
import { RequestBody } from "./request-body.ts";
import { route } from "./route.ts";

/** Where a message goes on that a filter held. */
type Stage = "upstream-filters" | "admit" | "listener-response-filters" | "send-response";

interface Paused {
  readonly stage: Stage;
  readonly filters: FilterStream | undefined;
}

const NOT_PAUSED: Paused = { stage: "send-response", filters: undefined };

export class Transaction implements ExchangeObserver, ResponseReceiver, FilterHost {
  readonly generation: Generation;
  readonly exchange: Exchange;
  readonly connection: Connection;
  readonly request: RequestHead;
  readonly requestId: string;
  readonly startedAtMs: number = Date.now();
  /** Monotonic, in milliseconds. */
  readonly startedAt: number = performance.now();
  /** The authority that the client sent, whatever filters and the host policy make of it. */
  readonly originalAuthority: string;
  /** Method and path as they came, for the log. */
  readonly originalMethod: string;
  readonly originalPath: string;
  /** Declared length of the request body in bytes, -1 when not declared. */
  readonly requestLength: number;
  /** The request broke the rules of its protocol; no phase but `log` sees it. */
  isRefused = false;
  response: ResponseHead | undefined = undefined;
  /** Declared length of the response body in bytes, -1 when not declared. */
  responseLength = -1;
  target: UpstreamTarget | undefined = undefined;
  backend: BackendTarget | undefined = undefined;
  failure: Failure | undefined = undefined;
  detail = "";

  #listenerFilters: FilterStream | undefined = undefined;
  #upstreamFilters: FilterStream | undefined = undefined;
  #upstream: UpstreamStream | undefined = undefined;
  #requestBody: RequestBody | undefined = undefined;
  /** The body's way through filters that look at it; undefined when none does. */
  #responsePath: BodyStep | undefined = undefined;
  #isResponseWhole = false;
  #paused: Paused = NOT_PAUSED;
  #holdWatch: HoldWatch | undefined = undefined;
  /** A whole answer that was made here and waits for its head to pass the filters. */
  #ownBody: Uint8Array | undefined = undefined;
  #held: HeldResponse | undefined = undefined;
  #hasSentHead = false;
  #isFinished = false;
  readonly #onFinished: (transaction: Transaction) => void;

  constructor(
    generation: Generation,
    exchange: Exchange,
    requestId: string,
    requestLength: number,
    onFinished: (transaction: Transaction) => void,
  ) {
    this.generation = generation;
    this.exchange = exchange;
    this.connection = exchange.connection;
    this.request = exchange.request;
    this.originalAuthority = exchange.request.authority;
    this.originalMethod = exchange.request.method;
    this.originalPath = exchange.request.path;
    this.requestId = requestId;
    this.requestLength = requestLength;
    this.#onFinished = onFinished;
  }

  get upstreamName(): string {
    return this.target?.name ?? "";
  }

  /** True once the answer was handed over whole, or given up. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** Takes the request through the phases. */
  start(): void {
    const { exchange, generation } = this;
    exchange.observer = this;
    generation.metrics.requestStarted();
    if (!this.#route()) return;
    this.#listenerFilters = generation.filters?.open(this);
    if (this.#listenerFilters === undefined) this.#enterUpstreamFilters();
    else this.#filterRequest(this.#listenerFilters, "upstream-filters");
  }

  /** Answers a request that never was valid. */
  refuse(failure: Failure): void {
    this.isRefused = true;
    this.exchange.observer = this;
    this.generation.metrics.requestStarted();
    this.generation.metrics.requestRejected();
    this.#replyPlainly(failure, "");
  }

  resume(verdict: FilterVerdict): void {
    const { stage, filters } = this.#paused;
    this.#paused = NOT_PAUSED;
    this.#holdWatch?.stop();
    if (this.#isFinished || filters === undefined) return;
    if (verdict !== "continue" && this.response !== undefined) this.#cancelUpstream();
    // What the held filter and those after it wrote may lead elsewhere.
    if (verdict === "continue" && stage === "upstream-filters" && !this.#route()) return;
    this.#follow(verdict, filters, stage);
  }

  interrupt(filters: FilterStream, verdict: "reply" | "fail"): void {
    if (this.#isFinished) return;
    this.#cancelUpstream();
    if (this.#hasSentHead || this.#held !== undefined) this.#fail(filters.failure ?? FAILURES.filterFailed, "");
    else this.#follow(verdict, filters, "send-response");
  }

  // ---- request ----

  #route(): boolean {
    try {
      route(this);
      return true;
    } catch (error) {
      this.#fail(FAILURES.policyFailed, describe(error));
      return false;
    }
  }

  #filterRequest(filters: FilterStream, next: Stage): void {
    const { request } = this;
    const { authority, path, method } = request;
    const verdict = filters.onRequestHeaders(this.exchange.isBodyless);
    const hasMoved = request.authority !== authority || request.path !== path || request.method !== method;
    // Only the listener's filters choose the upstream: those of an upstream must not be able to send a request past
    // the filters of another.
    if (hasMoved && next === "upstream-filters" && !this.#route()) return;
    this.#follow(verdict, filters, next);
  }

  #follow(verdict: FilterVerdict, filters: FilterStream, next: Stage): void {
    if (verdict === "continue") this.#enter(next);
    else if (verdict === "pause") this.#hold(filters, next);
    else if (verdict === "reply" && filters.localReply !== undefined) this.#replyLocally(filters.localReply, filters);
    else this.#replyPlainly(filters.failure ?? FAILURES.filterFailed, "");
  }

  #hold(filters: FilterStream, stage: Stage): void {
    this.#paused = { stage, filters };
    this.#holdWatch = new HoldWatch(this.generation.totalTimeoutMs, () => {
      this.#paused = NOT_PAUSED;
      this.#replyPlainly(FAILURES.filterTimeout, "");
    });
  }

  #enter(stage: Stage): void {
    if (stage === "upstream-filters") this.#enterUpstreamFilters();
    else if (stage === "admit") this.#enterAdmit();
    else if (stage === "listener-response-filters") this.#enterListenerResponseFilters();
    else if (stage === "send-response") this.#sendResponse();
  }

  #enterUpstreamFilters(): void {
    const { target } = this;
    if (target === undefined) {
      this.#fail(FAILURES.noRoute, "");
      return;
    }
    this.#upstreamFilters = target.filters?.open(this);
    if (this.#upstreamFilters === undefined) this.#enterAdmit();
    else this.#filterRequest(this.#upstreamFilters, "admit");
  }

  #enterAdmit(): void {
    const target = this.target as UpstreamTarget;
    const refusal = admit(this);
    if (refusal !== undefined) {
      this.#fail(refusal, "");
      return;
    }
    try {
      this.backend = balance(target, this.request, this.connection);
    } catch (error) {
      this.#fail(FAILURES.policyFailed, describe(error));
      return;
    }
    if (this.backend === undefined) {
      this.#fail(FAILURES.noHealthyBackend, "");
      return;
    }
    this.#forward(target, this.backend);
  }

  #forward(target: UpstreamTarget, backend: BackendTarget): void {
    const { exchange, generation } = this;
    const isFiltered = !exchange.isBodyless && this.#wantsRequestBody();
    const stream = forward(this, target, backend);
    if ("code" in stream) {
      this.backend = undefined;
      this.#fail(stream, "");
      return;
    }
    target.balancer.onRequestStart(backend.index);
    this.#upstream = stream;
    if (exchange.isBodyless) return;
    const limits = {
      length: this.requestLength,
      maxBytes: generation.maxRequestBodyBytes,
      idleTimeoutMs: generation.clientBodyIdleTimeoutMs,
    };
    const body = new RequestBody(exchange, stream, limits, (failure) => {
      this.#cancelUpstream();
      this.#fail(failure, "");
    });
    this.#requestBody = body;
    if (isFiltered) body.startFiltered(this.#openRequestPath(body), declaredLength(this.request.headers));
    else body.start();
  }

  #wantsRequestBody(): boolean {
    return this.#listenerFilters?.wantsRequestBody === true || this.#upstreamFilters?.wantsRequestBody === true;
  }

  #openRequestPath(output: BodyStep): BodyStep {
    const inner = this.#upstreamFilters?.wantsRequestBody ? this.#upstreamFilters.openRequestBody(output) : output;
    return this.#listenerFilters?.wantsRequestBody ? this.#listenerFilters.openRequestBody(inner) : inner;
  }

  onUpstreamWritable(): void {
    this.#requestBody?.onUpstreamWritable();
  }

  // ---- response ----

  onInformational(status: number, headers: HeaderList): void {
    if (!this.#isFinished && !this.#hasSentHead) this.exchange.sendInformational(status, headers);
  }

  onResponseHead(head: ResponseHead, isEnd: boolean): void {
    if (this.#isFinished) return;
    this.response = head;
    this.responseLength = declaredLength(head.headers);
    this.#isResponseWhole = isEnd;
    this.#filterResponse(isEnd);
  }

  #filterResponse(isEnd: boolean): void {
    const filters = this.#upstreamFilters;
    if (filters === undefined) this.#enterListenerResponseFilters(isEnd);
    else this.#followResponse(filters.onResponseHeaders(isEnd), filters, "listener-response-filters");
  }

  #enterListenerResponseFilters(isEnd = false): void {
    const filters = this.#listenerFilters;
    if (filters === undefined) this.#sendResponse();
    else this.#followResponse(filters.onResponseHeaders(isEnd), filters, "send-response");
  }

  #followResponse(verdict: FilterVerdict, filters: FilterStream, next: Stage): void {
    if (verdict === "pause") {
      this.#held ??= new HeldResponse();
      this.#upstream?.pause();
    } else if (verdict !== "continue") {
      this.#cancelUpstream();
    }
    this.#follow(verdict, filters, next);
  }

  #sendResponse(): void {
    const response = this.response as ResponseHead;
    if (this.#ownBody === undefined) this.#openResponsePath(response);
    const failure = prepareResponse(this, response);
    if (failure !== undefined) {
      this.#replyPlainly(failure, "a filter made the response head invalid");
      return;
    }
    this.#hasSentHead = true;
    this.exchange.sendHead(response);
    if (this.#ownBody !== undefined) {
      if (this.#ownBody.byteLength > 0 && this.request.method !== "HEAD") this.exchange.sendBody(this.#ownBody);
      this.#end(undefined);
      return;
    }
    if (this.#held !== undefined) this.#sendHeld(this.#held);
  }

  #sendHeld({ chunks, trailers, isWhole }: HeldResponse): void {
    this.#held = undefined;
    // Before the pieces: one that finds no room pauses it again.
    if (!isWhole) this.#upstream?.resume();
    for (const chunk of chunks) this.onResponseData(chunk);
    if (isWhole) this.onResponseEnd(trailers);
  }

  #openResponsePath(response: ResponseHead): void {
    const { status } = response;
    if (this.#isResponseWhole || this.request.method === "HEAD" || status === 204 || status === 304) return;
    const listener = this.#listenerFilters?.wantsResponseBody ? this.#listenerFilters : undefined;
    const own = this.#upstreamFilters?.wantsResponseBody ? this.#upstreamFilters : undefined;
    if (listener === undefined && own === undefined) return;
    const output = new ClientOutput(this, declaredLength(response.headers));
    const outer = listener === undefined ? output : listener.openResponseBody(output);
    this.#responsePath = own === undefined ? outer : own.openResponseBody(outer);
  }

  onResponseData(chunk: Uint8Array): void {
    if (this.#isFinished) return;
    if (this.#held !== undefined) this.#held.chunks.push(chunk);
    else if (this.#responsePath === undefined) this.writeClient(chunk);
    else this.#responsePath.data(chunk);
  }

  /** Sends a piece of the response's body that has passed all filters. */
  writeClient(chunk: Uint8Array): void {
    if (!this.#isFinished && !this.exchange.sendBody(chunk)) this.#upstream?.pause();
  }

  /** A filter made another length of the body than the head says, which has gone out. */
  failFilteredBody(): void {
    this.#cancelUpstream();
    this.#fail(FAILURES.filterBodyLength, "");
  }

  endClient(trailers: HeaderList | undefined): void {
    if (!this.#isFinished) this.#end(trailers);
  }

  onResponseEnd(trailers: HeaderList | undefined): void {
    if (this.#isFinished) return;
    if (this.#held === undefined) {
      if (this.#responsePath === undefined) this.#end(trailers);
      else this.#endResponsePath(this.#responsePath, trailers);
      return;
    }
    this.#held.isWhole = true;
    this.#held.trailers = trailers;
  }

  #endResponsePath(path: BodyStep, trailers: HeaderList | undefined): void {
    path.end(trailers);
    // No backend is waited for any more, and so nobody else would give up on a filter that keeps the rest.
    if (this.#isFinished) return;
    this.#holdWatch = new HoldWatch(this.generation.totalTimeoutMs, () => this.#fail(FAILURES.filterTimeout, ""));
  }

  onResponseFailure(failure: Failure, detail: string): void {
    if (this.#isFinished) return;
    this.#upstream = undefined;
    this.#fail(failure, detail);
  }

  onWritable(): void {
    if (!this.#isFinished) this.#upstream?.resume();
  }

  onClientGone(): void {
    if (this.#isFinished) return;
    this.#cancelUpstream();
    this.failure ??= FAILURES.clientGone;
    this.#finish();
  }

  // ---- answers made here ----

  /** Answers with the failure's status, or, when the answer has begun, breaks it off. */
  #fail(failure: Failure, detail: string): void {
    if (this.#hasSentHead || this.#held !== undefined || failure.status === 0) {
      this.failure = failure;
      this.detail = detail;
      this.exchange.reset(failure);
      this.#finish();
      return;
    }
    this.failure = failure;
    this.detail = detail;
    this.#makeOwn(createFailureHead(failure), failureBody(failure));
    this.#filterResponse(false);
  }

  /** The same without the filters: for requests that no filter was to see, and for failures of filters. */
  #replyPlainly(failure: Failure, detail: string): void {
    this.#cancelUpstream();
    this.failure = failure;
    this.detail = detail;
    this.#makeOwn(createFailureHead(failure), failureBody(failure));
    this.#sendResponse();
  }

  /**
   * A filter's answer has been through the response side of its own chain; those of the listener see it after that.
   */
  #replyLocally(reply: LocalReply, filters: FilterStream): void {
    this.detail = reply.details;
    this.#makeOwn(reply.head, reply.body);
    this.#held = undefined;
    if (filters === this.#upstreamFilters) this.#enterListenerResponseFilters(reply.body.byteLength === 0);
    else this.#sendResponse();
  }

  /** An answer made here: its length is what its body has, whatever a filter says. */
  #makeOwn(head: ResponseHead, body: Uint8Array): void {
    this.response = head;
    this.responseLength = body.byteLength;
    this.#ownBody = body;
  }

  #end(trailers: HeaderList | undefined): void {
    this.exchange.sendEnd(trailers);
    this.#finish();
  }

  #cancelUpstream(): void {
    const upstream = this.#upstream;
    this.#upstream = undefined;
    upstream?.cancel();
  }

  #finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#holdWatch?.stop();
    const body = this.#requestBody;
    body?.stop();
    // A backend that answered before it had the whole request is not sent the rest.
    if (body?.isSent === false) this.#cancelUpstream();
    const latencyMs = performance.now() - this.startedAt;
    this.#upstreamFilters?.close();
    this.#listenerFilters?.close();
    if (this.backend !== undefined) {
      this.target?.balancer.onRequestEnd(this.backend.index, this.failure === undefined ? latencyMs : -1);
    }
    logRequest(this, latencyMs);
    this.#onFinished(this);
  }
}

function declaredLength(headers: HeaderList): number {
  const text = headers.get("content-length");
  return text === undefined ? -1 : Number(text);
}

function describe(error: unknown): string {
  return error instanceof SpookyError ? error.message : String(error);
}
