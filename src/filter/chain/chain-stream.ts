import { FAILURES } from "../../errors/catalogue.ts";
import type { Failure } from "../../errors/failure.ts";
import type { BodyStep, FilterHost, FilterStream, FilterVerdict, LocalReply } from "../chain.ts";
import { Action } from "../proxy-wasm/abi.ts";
import type { Direction, FilterRequest, GuestBody } from "../proxy-wasm/filter-context.ts";
import type { RequestHead, ResponseHead } from "../../http/head.ts";
import { RequestHeaderMap } from "../proxy-wasm/request-header-map.ts";
import { ResponseHeaderMap } from "../proxy-wasm/response-header-map.ts";
import { BodyFlow, type BodyFlowOwner } from "./body-flow.ts";
import type { ChainLink } from "./chain-link.ts";
import { HeadSnapshot } from "./head-snapshot.ts";
import { checkWrittenRequest, checkWrittenResponse, declaredLength } from "./written-head.ts";

/** What filters may write to the heads of one exchange before the size of the whole is looked at. */
const UNCHECKED_BYTES = 8192;
/** What a write counts for besides its bytes, so that many small ones are looked at too. */
const WRITE_OVERHEAD_BYTES = 64;
const MAX_PROPERTIES = 64;
const MAX_PROPERTY_BYTES = 65_536;

/** Which side of the exchange the filters have been given last; `done`: they may only read now. */
type Phase = "idle" | "request" | "response" | "done";

/**
 * The filters of one request. Reused for later requests, with its contexts: everything that {@link open} does not set
 * is left as {@link close} made it.
 */
export class ChainStream implements FilterStream, FilterRequest, BodyFlowOwner {
  readonly requestHeaders: RequestHeaderMap = new RequestHeaderMap();
  readonly responseHeaders: ResponseHeaderMap = new ResponseHeaderMap();
  localReply: LocalReply | undefined;
  failure: Failure | undefined;
  properties: Map<string, Uint8Array> | undefined;
  readonly #links: readonly ChainLink[];
  readonly #release: (stream: ChainStream) => void;
  #host: FilterHost | undefined;
  #phase: Phase = "idle";
  /** Filters whose contexts are open are those before this place. */
  #entered = 0;
  /** Place of the filter that runs or holds the message. */
  #at = 0;
  #isHeld = false;
  #isResumed = false;
  #needsCheck = false;
  #writtenBytes = 0;
  #endOfStream = false;
  #contentLength = -1;
  #propertyBytes = 0;
  #requestBody: BodyFlow | undefined;
  #responseBody: BodyFlow | undefined;
  /** Only where a filter may have to be passed over. */
  readonly #snapshot: HeadSnapshot | undefined;

  /** `release` takes the stream back when it is closed. */
  constructor(links: readonly ChainLink[], release: (stream: ChainStream) => void) {
    this.#links = links;
    this.#release = release;
    for (const link of links) link.request = this;
    if (links.some(({ isOptional }) => isOptional)) this.#snapshot = new HeadSnapshot();
  }

  get host(): FilterHost {
    if (this.#host === undefined) throw new Error("the filter stream is closed");
    return this.#host;
  }

  open(host: FilterHost): void {
    this.#host = host;
    this.requestHeaders.head = host.request;
  }

  onRequestHeaders(endOfStream: boolean): FilterVerdict {
    if (this.#phase !== "idle") return this.#verdict();
    this.#phase = "request";
    this.#endOfStream = endOfStream;
    this.#contentLength = declaredLength(this.host.request.headers);
    return this.#runRequest(0);
  }

  onResponseHeaders(endOfStream: boolean): FilterVerdict {
    // A reply of a filter has been through the response side already, inside the call that returned it.
    if (this.failure !== undefined || this.localReply !== undefined || this.#phase === "response")
      return this.#verdict();
    const head = this.host.response;
    if (head === undefined) return "continue";
    this.responseHeaders.head = head;
    return this.#enterResponse(endOfStream, declaredLength(head.headers));
  }

  get wantsRequestBody(): boolean {
    return this.#wantsBody("request");
  }

  get wantsResponseBody(): boolean {
    return this.#wantsBody("response");
  }

  openRequestBody(next: BodyStep): BodyStep {
    this.#requestBody = new BodyFlow("request", this.#bodyLinks("request"), next, this);
    return this.#requestBody;
  }

  openResponseBody(next: BodyStep): BodyStep {
    this.#responseBody = new BodyFlow("response", this.#bodyLinks("response").toReversed(), next, this);
    return this.#responseBody;
  }

  bodyOf(contextId: number, direction: Direction): GuestBody | undefined {
    return this.#flowOf(direction)?.stageOf(contextId);
  }

  beforeBodyCallback(link: ChainLink): void {
    this.#before(link);
  }

  afterBodyCallback(link: ChainLink, direction: Direction): boolean {
    const verdict = this.#afterFilter(link);
    if (verdict === undefined && this.localReply === undefined) return true;
    // Answers that come when the response is under way come too late, as do those to the response's own body.
    const isReply = this.localReply !== undefined && verdict !== "fail" && direction === "request";
    if (!isReply) this.#fail();
    this.#host?.interrupt(this, isReply ? "reply" : "fail");
    return false;
  }

  failBody(failure: Failure): void {
    this.failure = failure;
    this.#host?.interrupt(this, "fail");
  }

  takeResumed(): boolean {
    const isResumed = this.#isResumed;
    this.#isResumed = false;
    return isResumed;
  }

  close(): void {
    this.#phase = "done";
    this.#requestBody?.stop();
    this.#responseBody?.stop();
    this.#requestBody = undefined;
    this.#responseBody = undefined;
    for (let i = 0; i < this.#entered; i++) (this.#links[i] as ChainLink).close();
    this.#phase = "idle";
    this.#host = undefined;
    this.requestHeaders.head = undefined;
    this.responseHeaders.head = undefined;
    this.localReply = undefined;
    this.failure = undefined;
    this.properties = undefined;
    this.#entered = 0;
    this.#isHeld = false;
    this.#needsCheck = false;
    this.#writtenBytes = 0;
    this.#propertyBytes = 0;
    this.#snapshot?.clear();
    this.#release(this);
  }

  setProperty(path: string, value: Uint8Array): boolean {
    const properties = (this.properties ??= new Map());
    const bytes = this.#propertyBytes + path.length + value.length;
    if (properties.size >= MAX_PROPERTIES || bytes > MAX_PROPERTY_BYTES) return false;
    this.#propertyBytes = bytes;
    properties.set(path, value);
    return true;
  }

  isWritable(direction: Direction): boolean {
    return this.#phase === direction;
  }

  noteWrite(bytes: number, needsCheck: boolean): void {
    this.#writtenBytes += bytes + WRITE_OVERHEAD_BYTES;
    if (needsCheck || this.#writtenBytes > UNCHECKED_BYTES) this.#needsCheck = true;
  }

  reply(reply: LocalReply): boolean {
    if (this.#phase === "done" || this.localReply !== undefined) return false;
    this.localReply = reply;
    if (this.#isHeld) this.#scheduleResume();
    else if (this.#requestBody !== undefined) this.#scheduleBodyReply(reply);
    return true;
  }

  resume(contextId: number, direction: Direction): void {
    const flow = this.#flowOf(direction);
    if (flow !== undefined) {
      this.#resumeBody(flow, contextId);
      return;
    }
    if (this.#phase !== direction || this.#links[this.#at]?.contextId !== contextId) return;
    if (this.#isHeld) this.#scheduleResume();
    else this.#isResumed = true;
  }

  noteDeath(contextId: number): void {
    if (this.#isHeld && this.#links[this.#at]?.contextId === contextId) this.#scheduleResume();
    const [requestBody, responseBody] = [this.#requestBody, this.#responseBody];
    if (requestBody === undefined && responseBody === undefined) return;
    queueMicrotask(() => {
      requestBody?.release(contextId);
      responseBody?.release(contextId);
    });
  }

  /** A callback that asks goes on itself when it returns; what was held since an earlier one goes on after this call. */
  #resumeBody(flow: BodyFlow, contextId: number): void {
    if (flow.stageOf(contextId) === undefined) return;
    this.#isResumed = true;
    queueMicrotask(() => {
      this.#isResumed = false;
      flow.resume(contextId);
    });
  }

  /** For a reply that comes when no callback of this request runs: nobody would ask for it. */
  #scheduleBodyReply(reply: LocalReply): void {
    const host = this.#host;
    queueMicrotask(() => {
      if (host === undefined || this.#host !== host || this.localReply !== reply || this.#phase !== "request") return;
      this.#takeReplyAsResponse(reply);
      const verdict = this.#enterResponse(this.#endOfStream, this.#contentLength);
      host.interrupt(this, verdict === "fail" ? "fail" : "reply");
    });
  }

  #flowOf(direction: Direction): BodyFlow | undefined {
    return direction === "request" ? this.#requestBody : this.#responseBody;
  }

  #wantsBody(direction: Direction): boolean {
    for (let i = 0; i < this.#entered; i++) if ((this.#links[i] as ChainLink).wantsBody(direction)) return true;
    return false;
  }

  #bodyLinks(direction: Direction): ChainLink[] {
    return this.#links.slice(0, this.#entered).filter((link) => link.wantsBody(direction));
  }

  /** Not at once: the guest is in the middle of a call, maybe one that the next filter would have to enter. */
  #scheduleResume(): void {
    const host = this.#host;
    const at = this.#at;
    queueMicrotask(() => {
      if (host === undefined || this.#host !== host || !this.#isHeld || this.#at !== at) return;
      this.#isHeld = false;
      const verdict = this.#goOn(at);
      if (verdict !== "pause") host.resume(verdict);
    });
  }

  /** Runs the filters after the one that held the message. */
  #goOn(at: number): FilterVerdict {
    const link = this.#links[at] as ChainLink;
    const verdict = this.#afterFilter(link);
    if (verdict !== undefined) return verdict;
    if (this.#phase === "request") return this.#runRequest(at + 1);
    if (this.localReply !== undefined) this.#takeReplyAsResponse(this.localReply);
    return this.#runResponse(at - 1);
  }

  #runRequest(start: number): FilterVerdict {
    const links = this.#links;
    for (let i = start; i < links.length; i++) {
      const link = links[i] as ChainLink;
      this.#at = i;
      this.#before(link);
      const isOpen = link.open();
      this.#entered = i + 1;
      if (!isOpen) {
        if (!link.isOptional) return this.#fail();
        continue;
      }
      const action = link.onRequestHeaders(this.requestHeaders, this.#endOfStream);
      const verdict = this.#afterFilter(link) ?? this.#afterAction(action);
      if (verdict !== undefined) return verdict;
    }
    return "continue";
  }

  #runResponse(start: number): FilterVerdict {
    for (let i = start; i >= 0; i--) {
      const link = this.#links[i] as ChainLink;
      this.#at = i;
      const hadReply = this.localReply !== undefined;
      this.#before(link);
      const action = link.onResponseHeaders(this.responseHeaders, this.#endOfStream);
      const verdict = this.#afterFilter(link);
      if (verdict === "fail") return verdict;
      if (!hadReply && this.localReply !== undefined) this.#takeReplyAsResponse(this.localReply);
      // The pipeline has asked for an answer and gets one: a reply cannot be held.
      else if (this.localReply === undefined && this.#afterAction(action) !== undefined) return "pause";
    }
    return this.localReply === undefined ? "continue" : "reply";
  }

  #enterResponse(endOfStream: boolean, contentLength: number): FilterVerdict {
    this.#phase = "response";
    this.#endOfStream = endOfStream;
    this.#contentLength = contentLength;
    return this.#runResponse(this.#entered - 1);
  }

  #takeReplyAsResponse(reply: LocalReply): void {
    this.responseHeaders.head = reply.head;
    this.#contentLength = reply.body.length;
    this.#endOfStream = reply.body.length === 0;
  }

  /** What a callback did besides returning an action; undefined when there is nothing to do about it. */
  #afterFilter(link: ChainLink): FilterVerdict | undefined {
    if (link.hasFailed) return this.#afterFailure(link);
    if (this.#needsCheck) {
      this.#needsCheck = false;
      this.#writtenBytes = 0;
      const failure =
        this.#phase === "request"
          ? checkWrittenRequest(this.host.request, this.#contentLength)
          : checkWrittenResponse(this.responseHeaders.head, this.#contentLength);
      if (failure !== undefined) {
        link.refuseHead(failure, this.host.requestId);
        return this.#afterFailure(link);
      }
    }
    if (this.localReply === undefined || this.#phase !== "request") return undefined;
    // Envoy sends a reply through the response side of the filters that saw the request, the replying one included.
    this.#takeReplyAsResponse(this.localReply);
    return this.#enterResponse(this.#endOfStream, this.#contentLength);
  }

  /** Remembers what a filter may have to be kept from having changed. */
  #before(link: ChainLink): void {
    if (link.isOptional) this.#snapshot?.take(this.#head, this.localReply);
  }

  get #head(): RequestHead | ResponseHead | undefined {
    return this.#phase === "request" ? this.requestHeaders.head : this.responseHeaders.head;
  }

  /** Fails, or goes on as if the filter had not been called and were not there. */
  #afterFailure(link: ChainLink): FilterVerdict | undefined {
    if (!link.isOptional || this.#snapshot === undefined) return this.#fail();
    const phase = this.#phase;
    // Its last callbacks may only read, as at the end of a request.
    this.#phase = "done";
    link.close();
    this.#phase = phase;
    this.#snapshot.restore();
    this.localReply = this.#snapshot.reply;
    this.#isResumed = false;
    this.#needsCheck = false;
    return undefined;
  }

  #afterAction(action: number): FilterVerdict | undefined {
    const isResumed = this.#isResumed;
    this.#isResumed = false;
    if (action === Action.continue || action === Action.continueAndEndStream || isResumed) return undefined;
    this.#isHeld = true;
    return "pause";
  }

  #verdict(): FilterVerdict {
    if (this.failure !== undefined) return "fail";
    if (this.localReply !== undefined) return "reply";
    return this.#isHeld ? "pause" : "continue";
  }

  #fail(): FilterVerdict {
    this.failure = FAILURES.filterFailed;
    return "fail";
  }
}
