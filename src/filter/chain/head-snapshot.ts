import type { RequestHead, ResponseHead } from "../../http/head.ts";
import type { LocalReply } from "../chain.ts";

/**
 * A head as it was before a callback, for filters that must leave no trace when they fail. One for all callbacks of a
 * request: only the last one's can be undone.
 */
export class HeadSnapshot {
  /** The answer that there was. */
  reply: LocalReply | undefined;
  #head: RequestHead | ResponseHead | undefined;
  #fields: readonly string[] = [];
  #method = "";
  #scheme = "";
  #authority = "";
  #path = "";
  #status = 0;

  take(head: RequestHead | ResponseHead | undefined, reply: LocalReply | undefined): void {
    this.reply = reply;
    this.#head = head;
    if (head === undefined) return;
    this.#fields = head.headers.fields.slice();
    if ("status" in head) this.#status = head.status;
    else ({ method: this.#method, scheme: this.#scheme, authority: this.#authority, path: this.#path } = head);
  }

  /** Makes the head what it was. */
  restore(): void {
    const head = this.#head;
    if (head === undefined) return;
    const { fields } = head.headers;
    fields.length = 0;
    for (const text of this.#fields) fields.push(text);
    if ("status" in head) {
      head.status = this.#status;
      return;
    }
    head.method = this.#method;
    head.scheme = this.#scheme;
    head.authority = this.#authority;
    head.path = this.#path;
  }

  /** Lets go of everything. */
  clear(): void {
    this.reply = undefined;
    this.#head = undefined;
    this.#fields = [];
  }
}
