import type { BodyStep } from "../filter/chain.ts";
import type { HeaderList } from "../http/header-list.ts";
import type { Transaction } from "./transaction.ts";

/**
 * Where a response's body comes out behind the filters. Made only for responses whose filters look at bodies: without
 * them the body goes straight to the client.
 */
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
