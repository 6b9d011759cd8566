import type { BodyStep } from "../filter/chain.ts";
import { BodyLength } from "../http/body-length.ts";
import type { HeaderList } from "../http/header-list.ts";
import type { Transaction } from "./transaction.ts";

/**
 * Where a response's body comes out behind the filters. Made only for responses whose filters look at bodies: without
 * them the body goes straight to the client.
 */
export class ClientOutput implements BodyStep {
  readonly #transaction: Transaction;
  readonly #length: BodyLength;

  /** `declaredLength`: what the head that goes out says, -1 for nothing. */
  constructor(transaction: Transaction, declaredLength: number) {
    this.#transaction = transaction;
    this.#length = new BodyLength(declaredLength);
  }

  data(chunk: Uint8Array): void {
    if (this.#length.add(chunk.byteLength)) this.#transaction.writeClient(chunk);
    else this.#transaction.failFilteredBody();
  }

  end(trailers: HeaderList | undefined): void {
    if (this.#length.isComplete()) this.#transaction.endClient(trailers);
    else this.#transaction.failFilteredBody();
  }
}
