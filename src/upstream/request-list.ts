import type { BackendRequest } from "./backend-request.ts";

/** The requests of a client that have not ended, and the queue of those that wait for a connection. */
export class RequestList {
  readonly #active: BackendRequest[] = [];
  readonly #waiting: BackendRequest[] = [];

  get activeCount(): number {
    return this.#active.length;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  add(request: BackendRequest): void {
    request.index = this.#active.length;
    this.#active.push(request);
  }

  /** Takes a request out that has ended; its place goes to the last one. */
  remove(request: BackendRequest): void {
    if (request.isWaiting) {
      request.isWaiting = false;
      this.#waiting.splice(this.#waiting.indexOf(request), 1);
    }
    const last = this.#active.pop();
    if (last === undefined || last === request) return;
    last.index = request.index;
    this.#active[request.index] = last;
  }

  /** Queues a request; one that was tried before goes before those that never were. */
  wait(request: BackendRequest, isRetry: boolean): void {
    request.isWaiting = true;
    if (isRetry) this.#waiting.unshift(request);
    else this.#waiting.push(request);
  }

  /** Takes the next one off the queue. */
  next(): BackendRequest | undefined {
    const request = this.#waiting.shift();
    if (request !== undefined) request.isWaiting = false;
    return request;
  }

  /** Looks at all deadlines. A request may end, and others may come, meanwhile. */
  tick(nowMs: number): void {
    for (let i = this.#active.length - 1; i >= 0; i--) this.#active[i]?.tick(nowMs);
  }
}
