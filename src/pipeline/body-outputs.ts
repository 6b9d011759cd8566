/**
 * Where bodies come out behind the filters. Made only for requests whose filters look at bodies: without them a body
 * goes straight from one side to the other.
 * @module
 */
import type { BodyStep } from "../filter/chain.ts";
import type { HeaderList } from "../http/header-list.ts";
import type { Transaction } from "./transaction.ts";

export class UpstreamOutput implements BodyStep {
  readonly #transaction: Transaction;

  constructor(transaction: Transaction) {
    this.#transaction = transaction;
  }

  data(chunk: Uint8Array): void {
    this.#transaction.writeUpstream(chunk);
  }

  end(trailers: HeaderList | undefined): void {
    this.#transaction.endUpstream(trailers);
  }
}

export class ClientOutput implements BodyStep {
  readonly #transaction: Transaction;

  constructor(transaction: Transaction) {
    this.#transaction = transaction;
  }

  data(chunk: Uint8Array): void {
    this.#transaction.writeClient(chunk);
  }

  end(trailers: HeaderList | undefined): void {
    this.#transaction.endClient(trailers);
  }
}
