import type { Attempt, AttemptObserver } from "./attempt.ts";
import type { BackendProtocol } from "./backend-options.ts";

/** Whom a connection tells about itself. */
export interface LinkOwner {
  /** A request may be started (again). */
  onLinkAvailable(link: Link): void;
  /** No request is to be started any more; those under way go on. */
  onLinkDraining(link: Link): void;
  /** The connection is gone, and all its attempts have been told. */
  onLinkClosed(link: Link): void;
  /** The backend answered in another protocol than the one it was taken for. */
  onLinkMistaken(link: Link): void;
}

/** One connection to a backend, ready for requests. */
export interface Link {
  readonly protocol: BackendProtocol;
  /** Requests under way. */
  readonly activeCount: number;
  /** When the last request ended, on the clock of `performance.now()`. */
  readonly idleSinceMs: number;
  /** For the owner: whether the connection is in its list of those that take requests. */
  isListed: boolean;
  /** Whether another request may be started now. */
  isAvailable(): boolean;
  /** Starts a request; undefined when the connection turned out to be unable to. */
  start(observer: AttemptObserver): Attempt | undefined;
  /** Closes the connection: at once when idle, else when its last request ends. */
  close(): void;
}
