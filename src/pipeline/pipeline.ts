/**
 * The pipeline as the ingress sees it.
 * @module
 */
import type { Failure } from "../errors/failure.ts";
import type { Exchange, ExchangeHandler } from "../http/exchange.ts";
import { inboundRequestId, type RequestIds } from "../http/request-id.ts";
import type { Generation } from "./generation.ts";
import { Transaction } from "./transaction.ts";

export class Pipeline implements ExchangeHandler {
  readonly #generation: Generation;
  readonly #requestIds: RequestIds;
  #openCount = 0;
  #onIdle: (() => void) | undefined = undefined;

  constructor(generation: Generation, requestIds: RequestIds) {
    this.#generation = generation;
    this.#requestIds = requestIds;
  }

  /** Requests without a complete answer. */
  get openCount(): number {
    return this.#openCount;
  }

  handle(exchange: Exchange, bodyLength: number): void {
    this.#open(exchange, bodyLength).start();
  }

  refuse(exchange: Exchange, failure: Failure): void {
    this.#open(exchange, -1).refuse(failure);
  }

  /** Resolves when no request is open. */
  whenIdle(): Promise<void> {
    if (this.#openCount === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    return promise;
  }

  #open(exchange: Exchange, bodyLength: number): Transaction {
    const requestId = inboundRequestId(exchange.request.headers) ?? this.#requestIds.next();
    this.#openCount += 1;
    return new Transaction(this.#generation, exchange, requestId, bodyLength, this.#onFinished);
  }

  readonly #onFinished = (): void => {
    this.#openCount -= 1;
    if (this.#openCount === 0) this.#onIdle?.();
  };
}
