import type { Config } from "../config/model.ts";
import { FAILURES } from "../errors/catalogue.ts";
import { SpookyError } from "../errors/spooky-error.ts";
import type { Logger } from "../observe/log.ts";
import { regionOf, type MetricsLayout } from "../observe/metrics-layout.ts";
import type { ListenerSockets } from "../shard/data-plane-port.ts";
import { ShardSlot, type ShardState } from "./shard-slot.ts";

const HEARTBEAT_CHECK_MS = 1000;

export interface ShardGroupOptions {
  readonly command: readonly string[];
  readonly config: Config;
  /** By shard, then by listener; owned by the group from now on. */
  readonly sockets: readonly (readonly ListenerSockets[])[];
  readonly countersFd: number;
  readonly memory: ArrayBuffer;
  readonly layout: MetricsLayout;
  readonly log: Logger;
}

/** One shard as health answers and metrics show it. */
export interface ShardReport {
  readonly index: number;
  readonly state: ShardState;
  readonly pid: number | undefined;
  readonly restartCount: number;
  readonly crashCount: number;
}

/** All shards of the proxy. */
export class ShardGroup {
  readonly #slots: readonly ShardSlot[];
  #checkTimer: ReturnType<typeof setInterval> | undefined;

  constructor(options: ShardGroupOptions) {
    const { command, config, countersFd, memory, layout, log } = options;
    this.#slots = options.sockets.map(
      (sockets, index) =>
        new ShardSlot({
          index,
          command,
          config,
          sockets,
          countersFd,
          counters: regionOf(memory, layout, index),
          log,
          hasReadyPeer: () => this.#slots.some((slot, place) => place !== index && slot.state === "ready"),
        }),
    );
  }

  get reports(): ShardReport[] {
    return this.#slots.map(({ state, pid, restartCount, crashCount }, index) => ({
      index,
      state,
      pid,
      restartCount,
      crashCount,
    }));
  }

  get isReady(): boolean {
    return this.#slots.every((slot) => slot.state === "ready");
  }

  /** Starts all shards together; rejects with the first failure, when all are gone again. */
  async start(): Promise<void> {
    this.#checkTimer = setInterval(() => {
      for (const slot of this.#slots) slot.checkHeartbeat();
    }, HEARTBEAT_CHECK_MS);
    try {
      await Promise.all(this.#slots.map((slot) => slot.start()));
    } catch (error) {
      await this.kill();
      throw error instanceof SpookyError ? error : new SpookyError(FAILURES.shardFailed, String(error));
    }
  }

  /** Ends all shards in order; resolves when the last is gone, about `deadlineMs` later at most. */
  async drain(deadlineMs: number): Promise<void> {
    clearInterval(this.#checkTimer);
    await Promise.all(this.#slots.map((slot) => slot.drain(deadlineMs)));
  }

  /** Ends all shards at once. */
  async kill(): Promise<void> {
    clearInterval(this.#checkTimer);
    await Promise.all(this.#slots.map((slot) => slot.kill()));
  }
}
