import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { BodyLength } from "../http/body-length.ts";
import type { HeaderList } from "../http/header-list.ts";
import type { RequestHead, ResponseHead } from "../http/head.ts";
import type { Attempt, AttemptObserver, Processing } from "./attempt.ts";
import type { ResponseReceiver, UpstreamStream } from "./client.ts";
import { MAX_REPLAY_BYTES, ReplayBody } from "./replay-body.ts";
import { declaredLength } from "./request-length.ts";
import type { RequestTimeouts } from "./request-deadline.ts";
import { RequestDeadline } from "./request-deadline.ts";

/** Whom a request belongs to. */
export interface RequestOwner {
  readonly timeouts: RequestTimeouts;
  readonly maxResponseBodyBytes: number;
  /** The request wants to be started again, before those that never were. */
  onRequestRetry(request: BackendRequest): void;
  /** The request has ended, in whatever way. */
  onRequestDone(request: BackendRequest): void;
}

/** Tries that a request may cost; one that the backend refused by name costs more than one that a GOAWAY swept away. */
const RETRY_BUDGET = 9;
const RETRY_COST: Readonly<Record<Processing, number>> = { none: 1, refused: 3, stale: 5, possible: RETRY_BUDGET + 1 };

/** RFC 9110 §9.2.2. */
function isIdempotent(method: string): boolean {
  switch (method) {
    case "GET":
    case "HEAD":
    case "OPTIONS":
    case "PUT":
    case "DELETE":
    case "TRACE":
      return true;
    default:
      return false;
  }
}

/** One request from `open` to its end, over as many attempts as it takes. */
export class BackendRequest implements UpstreamStream, AttemptObserver {
  readonly head: RequestHead;
  readonly isBodyless: boolean;
  readonly contentLength: number;
  /** Place in the client's list of active requests. */
  index = -1;
  isDone = false;
  /** In the client's queue for a connection. */
  isWaiting = false;
  readonly #owner: RequestOwner;
  readonly #receiver: ResponseReceiver;
  readonly #deadline: RequestDeadline;
  readonly #replay: ReplayBody | undefined;
  readonly #requestLength: BodyLength | undefined;
  #attempt: Attempt | undefined;
  #trailers: HeaderList | undefined;
  #retryCost = 0;
  #isEnded: boolean;
  #isPaused = false;
  /** The writer was told to wait. */
  #isBlocked = false;
  #hasHead = false;
  #responseDeclared = -1;
  #responseBytes = 0;

  constructor(owner: RequestOwner, head: RequestHead, isBodyless: boolean, receiver: ResponseReceiver) {
    this.head = head;
    this.isBodyless = isBodyless;
    this.#owner = owner;
    this.#receiver = receiver;
    this.#isEnded = isBodyless;
    this.contentLength = isBodyless ? 0 : declaredLength(head.headers);
    this.#replay = isBodyless ? undefined : new ReplayBody();
    this.#requestLength = isBodyless ? undefined : new BodyLength(this.contentLength);
    this.#deadline = new RequestDeadline(owner.timeouts);
  }

  /** Gives the request a connection. What was written meanwhile is sent. */
  attach(attempt: Attempt): void {
    this.#attempt = attempt;
    if (this.#isPaused) attempt.pause();
    const replay = this.#replay;
    if (replay === undefined) return;
    let isWritable = true;
    for (const chunk of replay.chunks) isWritable = attempt.write(chunk);
    replay.trim();
    if (this.#isEnded) {
      attempt.end(this.#trailers);
      this.#deadline.restart();
    } else if (this.#isBlocked && isWritable) {
      this.onAttemptWritable();
    }
  }

  write(chunk: Uint8Array): boolean {
    const replay = this.#replay;
    if (this.isDone || this.#isEnded || replay === undefined) return true;
    if (this.#requestLength?.add(chunk.byteLength) === false) {
      this.#failSoon(FAILURES.requestBodyMismatch, "request body is longer than its content-length");
      return true;
    }
    const attempt = this.#attempt;
    let isWritable: boolean;
    if (attempt === undefined) {
      replay.hold(chunk);
      isWritable = replay.bytes < MAX_REPLAY_BYTES;
    } else {
      isWritable = attempt.write(chunk);
      replay.remember(chunk);
    }
    if (!isWritable) this.#isBlocked = true;
    return isWritable;
  }

  end(trailers: HeaderList | undefined): void {
    if (this.isDone || this.#isEnded) return;
    if (this.#requestLength?.isComplete() === false) {
      this.#failSoon(FAILURES.requestBodyMismatch, "request body is shorter than its content-length");
      return;
    }
    this.#isEnded = true;
    this.#trailers = trailers;
    this.#deadline.restart();
    this.#attempt?.end(trailers);
  }

  pause(): void {
    if (this.isDone || this.#isPaused) return;
    this.#isPaused = true;
    this.#attempt?.pause();
  }

  resume(): void {
    if (this.isDone || !this.#isPaused) return;
    this.#isPaused = false;
    this.#attempt?.resume();
  }

  cancel(): void {
    if (!this.isDone) this.#finish();
  }

  /** Looks at the deadlines. */
  tick(nowMs: number): void {
    const isClientSlow = this.#hasHead ? this.#isPaused : !this.#isEnded && !this.#isBlocked;
    const missed = this.#deadline.missed(nowMs, isClientSlow);
    if (missed === undefined) return;
    this.#attempt?.timeOut();
    this.fail(FAILURES.upstreamTimeout, missed);
  }

  fail(failure: Failure, detail: string): void {
    if (this.isDone) return;
    this.#finish();
    this.#receiver.onResponseFailure(failure, detail);
  }

  onAttemptInformational(status: number, headers: HeaderList): void {
    if (!this.isDone) this.#receiver.onInformational(status, headers);
  }

  onAttemptHead(head: ResponseHead, contentLength: number, isEnd: boolean): void {
    this.#hasHead = true;
    this.#replay?.release();
    this.#deadline.enterBody();
    const hasNoBody = this.head.method === "HEAD" || head.status === 204 || head.status === 304;
    this.#responseDeclared = hasNoBody ? 0 : contentLength;
    if (isEnd && this.#responseDeclared > 0) {
      this.fail(FAILURES.upstreamBodyMismatch, "response ended before its body");
      return;
    }
    if (contentLength > this.#owner.maxResponseBodyBytes && !hasNoBody) {
      this.fail(FAILURES.upstreamBodyTooLarge, "response declares a body over the limit");
      return;
    }
    this.#receiver.onResponseHead(head, isEnd);
    if (isEnd) this.onAttemptEnd(undefined);
  }

  onAttemptData(chunk: Uint8Array): void {
    if (this.isDone) return;
    this.#responseBytes += chunk.byteLength;
    this.#deadline.noteActivity();
    if (this.#responseDeclared >= 0 && this.#responseBytes > this.#responseDeclared) {
      this.fail(FAILURES.upstreamBodyMismatch, "response body is longer than declared");
    } else if (this.#responseBytes > this.#owner.maxResponseBodyBytes) {
      this.fail(FAILURES.upstreamBodyTooLarge, "response body is over the limit");
    } else {
      this.#receiver.onResponseData(chunk);
    }
  }

  onAttemptEnd(trailers: HeaderList | undefined): void {
    if (this.isDone) return;
    if (this.#responseDeclared >= 0 && this.#responseBytes !== this.#responseDeclared) {
      this.fail(FAILURES.upstreamBodyMismatch, "response body is shorter than declared");
      return;
    }
    this.#finish();
    this.#receiver.onResponseEnd(trailers);
  }

  onAttemptFailure(failure: Failure, detail: string, processing: Processing): void {
    if (this.isDone) return;
    this.#attempt = undefined;
    if (!this.#mayRetry(processing)) {
      this.fail(failure, detail);
      return;
    }
    this.#retryCost += RETRY_COST[processing];
    this.#owner.onRequestRetry(this);
  }

  onAttemptWritable(): void {
    if (this.isDone || !this.#isBlocked) return;
    this.#isBlocked = false;
    this.#deadline.restart();
    this.#receiver.onUpstreamWritable();
  }

  #mayRetry(processing: Processing): boolean {
    if (this.#hasHead || this.#retryCost + RETRY_COST[processing] > RETRY_BUDGET) return false;
    if (this.#replay !== undefined && !this.#replay.isWhole) return false;
    return processing !== "stale" || isIdempotent(this.head.method);
  }

  /** Fails from a call of the receiver's side, where it does not expect to be called back. */
  #failSoon(failure: Failure, detail: string): void {
    this.#attempt?.cancel();
    this.#attempt = undefined;
    this.#isEnded = true;
    process.nextTick(failLater, this, failure, detail);
  }

  #finish(): void {
    this.isDone = true;
    const attempt = this.#attempt;
    this.#attempt = undefined;
    attempt?.cancel();
    this.#owner.onRequestDone(this);
  }
}

function failLater(request: BackendRequest, failure: Failure, detail: string): void {
  request.fail(failure, detail);
}
