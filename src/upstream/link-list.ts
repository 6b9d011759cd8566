import type { Link } from "./link.ts";

/** The connections of a client. The last one used is the first to be used again, so that the others become idle. */
export class LinkList {
  readonly #all: Set<Link> = new Set();
  /** Those that take new requests, now or later. */
  readonly #live: Set<Link> = new Set();
  /** Those that take a request now. */
  readonly #ready: Link[] = [];

  get count(): number {
    return this.#all.size;
  }

  get liveCount(): number {
    return this.#live.size;
  }

  get idleCount(): number {
    let count = 0;
    for (const link of this.#live) if (link.activeCount === 0) count++;
    return count;
  }

  add(link: Link): void {
    this.#all.add(link);
    this.#live.add(link);
    this.list(link);
  }

  /** Puts a connection back that can take requests again. */
  list(link: Link): void {
    if (link.isListed || !this.#live.has(link)) return;
    link.isListed = true;
    this.#ready.push(link);
  }

  /** Takes a connection out that is full. */
  unlist(link: Link): void {
    if (!link.isListed) return;
    link.isListed = false;
    this.#ready.splice(this.#ready.lastIndexOf(link), 1);
  }

  /** A connection that takes a request now. */
  pick(): Link | undefined {
    const { length } = this.#ready;
    return length === 0 ? undefined : this.#ready[length - 1];
  }

  /** The connection takes no new requests any more. */
  retire(link: Link): void {
    this.#live.delete(link);
    this.unlist(link);
  }

  remove(link: Link): void {
    this.retire(link);
    this.#all.delete(link);
  }

  /** Closes what has been idle for too long, and what is idle beyond the number that is kept. */
  closeIdle(nowMs: number, idleTimeoutMs: number, maxIdleCount: number): void {
    let idle = 0;
    for (const link of this.#live) {
      if (link.activeCount > 0) continue;
      idle++;
      if (idle > maxIdleCount || nowMs - link.idleSinceMs >= idleTimeoutMs) link.close();
    }
  }

  closeAll(): void {
    for (const link of this.#live) link.close();
  }
}
