import type { CalloutClient, CalloutReply, CalloutRequest } from "./callout-client.ts";

/** Calls that one instance of a filter may have under way. */
const MAX_CALLS = 64;

/** The calls that an instance has under way, by the ids that the guest knows them by. */
export class CalloutTable {
  readonly #client: CalloutClient;
  readonly #onReply: (id: number, reply: CalloutReply | undefined) => void;
  readonly #cancels = new Map<number, () => void>();
  #lastId = 0;

  constructor(client: CalloutClient, onReply: (id: number, reply: CalloutReply | undefined) => void) {
    this.#client = client;
    this.#onReply = onReply;
  }

  /** Starts a call and gives its id, or undefined when there are too many already. */
  start(request: CalloutRequest): number | undefined {
    if (this.#cancels.size >= MAX_CALLS) return undefined;
    const id = this.#nextId();
    const cancel = this.#client.start(request, (reply) => {
      if (this.#cancels.delete(id)) this.#onReply(id, reply);
    });
    this.#cancels.set(id, cancel);
    return id;
  }

  /** Calls all of them off. */
  cancelAll(): void {
    const cancels = [...this.#cancels.values()];
    this.#cancels.clear();
    for (const cancel of cancels) cancel();
  }

  #nextId(): number {
    do this.#lastId = (this.#lastId + 1) >>> 0 || 1;
    while (this.#cancels.has(this.#lastId));
    return this.#lastId;
  }
}
