/**
 * A body on its way through the filters of a chain, in one direction (proxy-wasm, "on_request_body" and its siblings).
 * @module
 */
import { FAILURES } from "../../errors/catalogue.ts";
import type { Failure } from "../../errors/failure.ts";
import type { HeaderList } from "../../http/header-list.ts";
import type { BodyStep } from "../chain.ts";
import { Action } from "../proxy-wasm/abi.ts";
import type { Direction } from "../proxy-wasm/filter-context.ts";
import { BodyStage } from "./body-stage.ts";
import type { ChainLink } from "./chain-link.ts";

/** What a filter may hold of one body, in bytes. */
const HELD_LIMIT_BYTES = 1024 * 1024;
const EMPTY = new Uint8Array(0);

/** What the flow asks of its stream. */
export interface BodyFlowOwner {
  /** A callback of an optional filter comes next. */
  beforeBodyCallback(link: ChainLink): void;
  /** Deals with what a callback did besides its action; false when the request is over with it. */
  afterBodyCallback(link: ChainLink, direction: Direction): boolean;
  /** Ends the request. */
  failBody(failure: Failure): void;
  /** Whether the callback asked to go on, by `proxy_continue_stream`; asking resets it. */
  takeResumed(): boolean;
}

export class BodyFlow implements BodyStep {
  readonly #direction: Direction;
  readonly #stages: readonly BodyStage[];
  readonly #next: BodyStep;
  readonly #owner: BodyFlowOwner;
  #isOver = false;

  /** `links` in the order in which the body passes them. */
  constructor(direction: Direction, links: readonly ChainLink[], next: BodyStep, owner: BodyFlowOwner) {
    this.#direction = direction;
    this.#stages = links.map((link) => new BodyStage(link));
    this.#next = next;
    this.#owner = owner;
  }

  data(chunk: Uint8Array): void {
    this.#feed(0, chunk, false, undefined);
  }

  end(trailers: HeaderList | undefined): void {
    this.#feed(0, EMPTY, true, trailers);
  }

  /** What the filter of that context holds, or undefined when it takes no part. */
  stageOf(contextId: number): BodyStage | undefined {
    if (this.#isOver) return undefined;
    return this.#stages.find(({ link }) => link.contextId === contextId);
  }

  /** Lets go of what the filter of that context holds; false when it holds nothing. */
  resume(contextId: number): boolean {
    const at = this.#stages.findIndex(({ link, isHeld }) => isHeld && link.contextId === contextId);
    if (at === -1) return false;
    this.#release(at);
    return true;
  }

  /** The same when the instance of that context died beside it: there will be no callback that could let go. */
  release(contextId: number): void {
    if (this.#isOver) return;
    const at = this.#stages.findIndex(({ link, isHeld }) => isHeld && link.contextId === contextId);
    const stage = this.#stages[at];
    if (stage === undefined) return;
    this.#before(stage);
    if (!this.#owner.afterBodyCallback(stage.link, this.#direction)) this.#isOver = true;
    else if (this.#passOver(stage)) this.#release(at);
  }

  /** Nothing goes on any more. */
  stop(): void {
    this.#isOver = true;
  }

  #feed(at: number, chunk: Uint8Array, isEnd: boolean, trailers: HeaderList | undefined): void {
    if (this.#isOver) return;
    const stage = this.#stages[at];
    if (stage === undefined) {
      if (chunk.length > 0) this.#next.data(chunk);
      if (isEnd && !this.#isOver) this.#next.end(trailers);
      return;
    }
    stage.append(chunk);
    stage.isEnd = isEnd;
    stage.trailers = trailers;
    if (this.#run(stage)) this.#release(at);
    else if (!this.#isOver && stage.length > HELD_LIMIT_BYTES) {
      this.#isOver = true;
      this.#owner.failBody(this.#direction === "request" ? FAILURES.requestBodyTooLarge : FAILURES.filterBufferFull);
    }
  }

  /** Calls the filter with all that it has now; true when it lets go of it. */
  #run(stage: BodyStage): boolean {
    const { link, trailers } = stage;
    const isLast = stage.isEnd && trailers === undefined;
    if (link.isOut) return true;
    let isLettingGo = true;
    // A body that was let go before its trailers came is not announced once more.
    if (stage.length > 0 || isLast) {
      this.#before(stage);
      const action = link.onBody(this.#direction, stage.length, isLast);
      if (!this.#owner.afterBodyCallback(link, this.#direction)) return this.#end();
      if (link.isOut) return this.#passOver(stage);
      isLettingGo = this.#isLettingGo(stage, action);
    }
    if (trailers === undefined) return isLettingGo;
    this.#before(stage);
    const action = link.onTrailers(this.#direction, trailers.count);
    if (!this.#owner.afterBodyCallback(link, this.#direction)) return this.#end();
    if (link.isOut) return this.#passOver(stage);
    return this.#isLettingGo(stage, action);
  }

  #before(stage: BodyStage): void {
    if (!stage.link.isOptional) return;
    stage.mark();
    this.#owner.beforeBodyCallback(stage.link);
  }

  /** Lets a body go on without its filter, which failed, if it is still the body that came; otherwise ends all. */
  #passOver(stage: BodyStage): boolean {
    stage.isHeld = false;
    if (stage.undo()) return true;
    this.#isOver = true;
    this.#owner.failBody(FAILURES.filterFailed);
    return false;
  }

  #isLettingGo(stage: BodyStage, action: number): boolean {
    const isResumed = this.#owner.takeResumed();
    stage.isHeld = action !== Action.continue && !isResumed;
    // The filter keeps a copy of its own, or wants the bytes gone.
    if (stage.isHeld && action === Action.stopNoBuffer) stage.discard();
    return !stage.isHeld;
  }

  #end(): false {
    this.#isOver = true;
    return false;
  }

  #release(at: number): void {
    const stage = this.#stages[at] as BodyStage;
    stage.isHeld = false;
    const { isEnd, trailers } = stage;
    const chunk = stage.take();
    if (chunk.length > 0 || isEnd) this.#feed(at + 1, chunk, isEnd, trailers);
  }
}
