import { join } from "node:path";
import type { Subprocess } from "bun";
import type { Config } from "../config/model.ts";
import type { SpookyError } from "../errors/spooky-error.ts";
import type { ListenerSockets } from "../shard/data-plane-port.ts";
import { errorFromReport, type ShardMessage, type SupervisorMessage } from "../shard/protocol.ts";

/** What runs as a shard: this Bun, with the shard's entry. */
export const SHARD_COMMAND: readonly string[] = [process.execPath, join(import.meta.dir, "../shard/main.ts")];

/** Standard input, output and error come first in a child's table. */
const FIRST_CHILD_FD = 3;
/** How long the last messages of a dead shard may take to arrive. */
const LAST_MESSAGES_MS = 200;

/** What one start of a shard is given; file descriptors by their numbers in this process. */
export interface ShardSpec {
  readonly command: readonly string[];
  readonly shardIndex: number;
  readonly config: Config;
  readonly sockets: readonly ListenerSockets[];
  readonly countersFd: number;
}

export interface ShardExit {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
}

/** `onExit` is called once, last; after it nothing of the process is left. */
export interface ShardProcessEvents {
  onReady(): void;
  onStartFailed(error: SpookyError): void;
  onExit(exit: ShardExit): void;
}

/** One process of a shard, from its start to its end. */
export class ShardProcess {
  readonly startedAtMs: number = performance.now();
  readonly #child: Subprocess<"ignore", "inherit", "inherit">;
  readonly #events: ShardProcessEvents;
  #isChannelClosed = false;
  #exit: ShardExit | undefined;
  #isExitTold = false;

  /** Starts the process; throws what `Bun.spawn` throws when there can be none. */
  constructor(spec: ShardSpec, events: ShardProcessEvents) {
    this.#events = events;
    this.#child = Bun.spawn([...spec.command], {
      stdio: ["ignore", "inherit", "inherit", ...inheritedFds(spec)],
      // `node:quic` warns at each start that it is experimental; the architecture page says so once.
      env: { ...process.env, NODE_NO_WARNINGS: "1" },
      ipc: (message: ShardMessage) => this.#receive(message),
      onDisconnect: () => {
        this.#isChannelClosed = true;
        this.#tellExit();
      },
      onExit: (child, code) => {
        this.#exit = { code, signal: child.signalCode === null ? null : String(child.signalCode) };
        this.#tellExit();
        // A message such as the reason of a failed start may still be in the channel; its end tells that there is none.
        setTimeout(() => {
          this.#isChannelClosed = true;
          this.#tellExit();
        }, LAST_MESSAGES_MS);
      },
    });
    this.#send({
      kind: "start",
      supervisorPid: process.pid,
      shardIndex: spec.shardIndex,
      config: spec.config,
      sockets: childSockets(spec.sockets),
      countersFd: FIRST_CHILD_FD,
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Asks for an orderly end within `deadlineMs`. */
  drain(deadlineMs: number): void {
    this.#send({ kind: "drain", deadlineMs });
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #receive(message: ShardMessage): void {
    switch (message.kind) {
      case "ready":
        this.#events.onReady();
        return;
      case "start_failed":
        this.#events.onStartFailed(errorFromReport(message.error));
        return;
      default:
        message satisfies never;
    }
  }

  #send(message: SupervisorMessage): void {
    if (this.#isChannelClosed || this.#exit !== undefined) return;
    try {
      this.#child.send(message);
    } catch {
      // It died a moment ago; `onExit` follows.
    }
  }

  #tellExit(): void {
    if (this.#isExitTold || this.#exit === undefined || !this.#isChannelClosed) return;
    this.#isExitTold = true;
    this.#events.onExit(this.#exit);
  }
}

function inheritedFds({ countersFd, sockets }: ShardSpec): number[] {
  return [countersFd, ...sockets.flatMap(({ udpFd, tcpFd }) => [udpFd, tcpFd])];
}

/** The same sockets by the numbers that `inheritedFds` gives them in the child. */
function childSockets(sockets: readonly ListenerSockets[]): ListenerSockets[] {
  return sockets.map(({ listenerIndex }, place) => {
    const udpFd = FIRST_CHILD_FD + 1 + 2 * place;
    return { listenerIndex, udpFd, tcpFd: udpFd + 1 };
  });
}
