import type { Socket } from "node:net";
import type { Attempt, AttemptObserver } from "./attempt.ts";
import { Http1Attempt } from "./http1-attempt.ts";
import type { Link, LinkOwner } from "./link.ts";

/** An HTTP/1.1 connection: one request at a time, the next one only when both messages are known to have ended. */
export class Http1Link implements Link {
  readonly protocol: "http/1.1" | "https/1.1";
  idleSinceMs: number = performance.now();
  isListed = false;
  readonly isAssumed: boolean;
  readonly #socket: Socket;
  readonly #owner: LinkOwner;
  #attempt: Http1Attempt | undefined;
  #startedCount = 0;
  #isDraining = false;
  #isClosed = false;

  /** `isAssumed`: that the backend speaks HTTP/1.1 was remembered, and may no longer be so. */
  constructor(socket: Socket, protocol: "http/1.1" | "https/1.1", owner: LinkOwner, isAssumed: boolean) {
    this.protocol = protocol;
    this.isAssumed = isAssumed;
    this.#socket = socket;
    this.#owner = owner;
    socket.on("data", (chunk: Buffer) => {
      if (this.#attempt !== undefined) this.#attempt.onData(chunk);
      // Nobody asked: an answer that comes before its question would be taken for that of the next one.
      else socket.destroy();
    });
    socket.on("drain", () => this.#attempt?.onDrain());
    socket.on("end", () => this.#onEnd());
    socket.on("error", () => this.#drain());
    socket.on("close", () => this.#onClose());
  }

  get activeCount(): number {
    return this.#attempt === undefined ? 0 : 1;
  }

  isAvailable(): boolean {
    return this.#attempt === undefined && !this.#isDraining;
  }

  start(observer: AttemptObserver): Attempt | undefined {
    const socket = this.#socket;
    if (socket.destroyed || !socket.writable || socket.readableEnded) {
      this.#drain();
      socket.destroy();
      return undefined;
    }
    const isReused = this.#startedCount > 0;
    this.#startedCount++;
    this.#attempt = new Http1Attempt(this, observer, socket, isReused);
    this.#attempt.send();
    return this.#attempt;
  }

  close(): void {
    this.#drain();
    if (this.#attempt === undefined) this.#socket.destroy();
  }

  /** The attempt has ended. `canPersist`: both messages were whole, and the backend keeps the connection open. */
  release(canPersist: boolean): void {
    this.#attempt = undefined;
    this.idleSinceMs = performance.now();
    if (canPersist && !this.#isDraining && !this.#socket.destroyed) {
      this.#socket.resume();
      this.#owner.onLinkAvailable(this);
      return;
    }
    this.#drain();
    this.#socket.destroy();
  }

  /** The backend turned out to speak something else. */
  mistaken(): void {
    this.#owner.onLinkMistaken(this);
  }

  #onEnd(): void {
    this.#drain();
    if (this.#attempt === undefined) this.#socket.destroy();
    else this.#attempt.onEnd();
  }

  #onClose(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#drain();
    const attempt = this.#attempt;
    this.#attempt = undefined;
    attempt?.onClose();
    this.#owner.onLinkClosed(this);
  }

  #drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#owner.onLinkDraining(this);
  }
}
