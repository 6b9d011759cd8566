import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import type { BodyStep } from "../filter/chain.ts";
import { BodyLength } from "../http/body-length.ts";
import type { BodyReceiver, Exchange } from "../http/exchange.ts";
import type { HeaderList } from "../http/header-list.ts";
import type { UpstreamStream } from "../upstream/client.ts";
import { BodyIdleWatch } from "./body-idle-watch.ts";

export interface RequestBodyLimits {
  /** Declared length in bytes, -1 when not declared. */
  readonly length: number;
  readonly maxBytes: number;
  /** Between two pieces, while the client may send. */
  readonly idleTimeoutMs: number;
}

/**
 * The body of a request on its way from the client to the backend: held to its length and its limits, and led through
 * the filters that look at it. What comes out behind them is given to {@link data} and {@link end}.
 */
export class RequestBody implements BodyReceiver, BodyStep {
  readonly #exchange: Exchange;
  readonly #upstream: UpstreamStream;
  readonly #length: BodyLength;
  readonly #maxBytes: number;
  readonly #idleWatch: BodyIdleWatch;
  readonly #onAbandoned: (failure: Failure) => void;
  /** Where pieces of the client go: the first filter that looks at bodies, or straight to the backend. */
  #entry: BodyStep = this;
  #filteredLength: BodyLength | undefined = undefined;
  #isOver = false;
  /** The backend has all of it. */
  isSent = false;

  constructor(
    exchange: Exchange,
    upstream: UpstreamStream,
    limits: RequestBodyLimits,
    onAbandoned: (failure: Failure) => void,
  ) {
    this.#exchange = exchange;
    this.#upstream = upstream;
    this.#length = new BodyLength(limits.length);
    this.#maxBytes = limits.maxBytes;
    this.#onAbandoned = onAbandoned;
    this.#idleWatch = new BodyIdleWatch(limits.idleTimeoutMs, () => this.#abandon(FAILURES.requestBodyTimeout));
  }

  start(): void {
    this.#exchange.readBody(this);
  }

  /**
   * The same for a body that `entry` leads through filters, and back to this object. `declaredLength`: what the head says
   * that the filters left, -1 for nothing.
   */
  startFiltered(entry: BodyStep, declaredLength: number): void {
    this.#entry = entry;
    this.#filteredLength = new BodyLength(declaredLength);
    this.#exchange.readBody(this);
  }

  /** Nothing is passed on any more. */
  stop(): void {
    this.#isOver = true;
    this.#idleWatch.stop();
  }

  onBodyData(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#idleWatch.touch();
    if (!this.#length.add(chunk.byteLength)) this.#abandon(FAILURES.requestBodyMismatch);
    else if (this.#length.seen > this.#maxBytes) this.#abandon(FAILURES.requestBodyTooLarge);
    else this.#entry.data(chunk);
  }

  onBodyEnd(trailers: HeaderList | undefined): void {
    if (this.#isOver) return;
    this.#idleWatch.stop();
    if (this.#length.isComplete()) this.#entry.end(trailers);
    else this.#abandon(FAILURES.requestBodyMismatch);
  }

  onBodyAbort(failure: Failure): void {
    if (!this.#isOver) this.#abandon(failure);
  }

  /** The backend takes more again. */
  onUpstreamWritable(): void {
    if (this.#isOver) return;
    this.#idleWatch.touch();
    this.#exchange.resumeBody();
  }

  data(chunk: Uint8Array): void {
    if (this.#isOver) return;
    if (this.#filteredLength?.add(chunk.byteLength) === false) {
      this.#abandon(FAILURES.filterBodyLength);
      return;
    }
    if (this.#upstream.write(chunk)) return;
    this.#idleWatch.holdBack();
    this.#exchange.pauseBody();
  }

  end(trailers: HeaderList | undefined): void {
    if (this.#isOver) return;
    if (this.#filteredLength?.isComplete() === false) {
      this.#abandon(FAILURES.filterBodyLength);
      return;
    }
    this.isSent = true;
    this.#upstream.end(trailers);
  }

  /** What the client sent so far must not look whole to the backend. */
  #abandon(failure: Failure): void {
    this.stop();
    this.#onAbandoned(failure);
  }
}
