import type { Config } from "../config/model.ts";
import { FAILURES } from "../errors/catalogue.ts";
import { SpookyError } from "../errors/spooky-error.ts";
import type { Logger } from "../observe/log.ts";
import { CELL } from "../observe/metrics-layout.ts";
import type { ListenerSockets } from "../shard/data-plane-port.ts";
import { HeartbeatWatch } from "./heartbeat-watch.ts";
import { closeListenerSockets, reopenListenerSockets } from "./listener-sockets.ts";
import { RestartBackoff } from "./restart-backoff.ts";
import { type ShardExit, ShardProcess } from "./shard-process.ts";

/** Compiling modules and reading certificates take their time, but not this long. */
const START_DEADLINE_MS = 60_000;
/** A shard that died so often in a row, each time soon after its start, is parked. */
const PARK_AFTER_DEATHS = 5;
const PARKED_RETRY_MS = 30_000;
/** What a draining shard may take beyond its deadline to say goodbye. */
const DRAIN_GRACE_MS = 500;

/**
 * - `starting`: the process runs and is not ready yet; `ready`: it serves
 * - `waiting`: it died and is started again in a moment; its sockets keep what clients send
 * - `parked`: it keeps dying; its sockets are closed, so that the kernel sends clients to the other shards
 * - `stopping`, `stopped`: it was told to end
 */
export type ShardState = "starting" | "ready" | "waiting" | "parked" | "stopping" | "stopped";

export interface ShardSlotOptions {
  readonly index: number;
  readonly command: readonly string[];
  readonly config: Config;
  /** Owned by the slot from now on. */
  readonly sockets: readonly ListenerSockets[];
  readonly countersFd: number;
  /** The shard's cells in the shared memory. */
  readonly counters: Float64Array;
  readonly log: Logger;
  /** Whether some other shard serves, so that this one's clients have somewhere to go. */
  readonly hasReadyPeer: () => boolean;
  /** How long a parked shard waits for its next start. Default 30 s. */
  readonly parkedRetryMs?: number;
}

/** The place of one shard: its sockets, which stay, and its processes, which come and go. */
export class ShardSlot {
  readonly #options: ShardSlotOptions;
  readonly #backoff: RestartBackoff = new RestartBackoff();
  readonly #heartbeat: HeartbeatWatch;
  #sockets: readonly ListenerSockets[];
  #state: ShardState = "stopped";
  #process: ShardProcess | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Set until the first start has succeeded or failed. */
  #firstStart: { resolve(): void; reject(error: SpookyError): void } | undefined;
  #startError: SpookyError | undefined;
  #onStopped: (() => void) | undefined;
  #restartCount = 0;
  #crashCount = 0;

  constructor(options: ShardSlotOptions) {
    this.#options = options;
    this.#sockets = options.sockets;
    this.#heartbeat = new HeartbeatWatch(() => options.counters[CELL.heartbeat] ?? 0);
  }

  get state(): ShardState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get restartCount(): number {
    return this.#restartCount;
  }

  get crashCount(): number {
    return this.#crashCount;
  }

  /** First start. Rejects when it fails; only later deaths are answered with restarts. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#firstStart = { resolve, reject };
      this.#launch();
    });
  }

  /** Ends the shard within about `deadlineMs`; resolves when its process is gone. */
  drain(deadlineMs: number): Promise<void> {
    this.#beginStop();
    const running = this.#process;
    if (running === undefined) return this.#stopNow();
    running.drain(deadlineMs);
    this.#timer = setTimeout(() => {
      this.#options.log.log("warn", "shard is killed: it did not end in time", this.#fields());
      running.kill();
    }, deadlineMs + DRAIN_GRACE_MS);
    return this.#untilStopped();
  }

  /** Ends the shard at once; resolves when its process is gone. */
  kill(): Promise<void> {
    this.#beginStop();
    if (this.#process === undefined) return this.#stopNow();
    this.#process.kill();
    return this.#untilStopped();
  }

  /** To be called once a second: kills a shard whose event loop does not turn any more. */
  checkHeartbeat(): void {
    if (this.#state !== "ready" || !this.#heartbeat.isStuck()) return;
    const failure = FAILURES.shardUnresponsive;
    this.#options.log.log("error", failure.message, { ...this.#fields(), code: failure.code });
    this.#process?.kill();
  }

  #launch(): void {
    const { index: shardIndex, command, config, countersFd } = this.#options;
    this.#state = "starting";
    this.#startError = undefined;
    this.#timer = setTimeout(() => this.#giveUpStart(), START_DEADLINE_MS);
    try {
      this.#process = new ShardProcess(
        { command, shardIndex, config, sockets: this.#sockets, countersFd },
        {
          onReady: () => this.#onReady(),
          onStartFailed: (error) => {
            this.#startError = error;
          },
          onExit: (exit) => this.#onExit(exit),
        },
      );
    } catch (cause) {
      this.#startError = new SpookyError(FAILURES.shardFailed, `shard ${shardIndex}: ${String(cause)}`, { cause });
      this.#onExit({ code: null, signal: null });
    }
  }

  #giveUpStart(): void {
    this.#startError = new SpookyError(
      FAILURES.shardFailed,
      `shard ${this.#options.index} was not ready after ${START_DEADLINE_MS} ms`,
    );
    this.#process?.kill();
  }

  #onReady(): void {
    if (this.#state !== "starting") return;
    clearTimeout(this.#timer);
    this.#state = "ready";
    this.#heartbeat.reset();
    this.#options.log.log("info", "shard is ready", this.#fields());
    this.#firstStart?.resolve();
    this.#firstStart = undefined;
  }

  #onExit(exit: ShardExit): void {
    clearTimeout(this.#timer);
    const dead = this.#process;
    const livedMs = dead === undefined ? 0 : performance.now() - dead.startedAtMs;
    const fields = { ...this.#fields(), exit_code: exit.code ?? undefined, signal: exit.signal ?? undefined };
    this.#process = undefined;
    // The region has no writer now; a gauge would go on counting what died with the process.
    this.#options.counters[CELL.activeConnections] = 0;
    if (this.#state === "stopping") {
      this.#options.log.log("info", "shard has ended", fields);
      void this.#stopNow();
      return;
    }
    if (this.#firstStart !== undefined) {
      this.#failFirstStart(exit);
      return;
    }
    this.#crashCount++;
    this.#scheduleRestart(livedMs, fields);
  }

  #failFirstStart(exit: ShardExit): void {
    const end = exit.signal ?? `exit code ${exit.code}`;
    const error =
      this.#startError ??
      new SpookyError(FAILURES.shardFailed, `shard ${this.#options.index} ended with ${end} before it was ready`);
    const waiting = this.#firstStart;
    this.#firstStart = undefined;
    void this.#stopNow();
    waiting?.reject(error);
  }

  #scheduleRestart(livedMs: number, fields: Readonly<Record<string, string | number | undefined>>): void {
    const delayMs = this.#backoff.next(livedMs);
    const failure = FAILURES.shardCrashed;
    const reason = this.#startError?.message;
    if (this.#backoff.quickDeathCount > PARK_AFTER_DEATHS && this.#options.hasReadyPeer()) {
      this.#park({ ...fields, reason });
      return;
    }
    this.#options.log.log("error", failure.message, { ...fields, code: failure.code, reason, restart_in_ms: delayMs });
    this.#state = "waiting";
    this.#timer = setTimeout(() => this.#restart(), delayMs);
  }

  #park(fields: Readonly<Record<string, string | number | undefined>>): void {
    const failure = FAILURES.shardAbandoned;
    const retryMs = this.#options.parkedRetryMs ?? PARKED_RETRY_MS;
    this.#options.log.log("error", failure.message, { ...fields, code: failure.code, retry_in_ms: retryMs });
    this.#closeSockets();
    this.#state = "parked";
    this.#timer = setTimeout(() => this.#unpark(), retryMs);
  }

  #unpark(): void {
    try {
      this.#sockets = reopenListenerSockets(this.#options.config);
      this.#restart();
    } catch (error) {
      if (!(error instanceof SpookyError)) throw error;
      this.#park({ ...this.#fields(), reason: error.message });
    }
  }

  #restart(): void {
    this.#restartCount++;
    this.#launch();
  }

  #beginStop(): void {
    clearTimeout(this.#timer);
    this.#state = "stopping";
    this.#firstStart = undefined;
    // Not kept until the process has ended: a client must get a refusal, not wait at a socket that nobody reads.
    this.#closeSockets();
  }

  #stopNow(): Promise<void> {
    this.#closeSockets();
    this.#state = "stopped";
    this.#onStopped?.();
    return Promise.resolve();
  }

  #untilStopped(): Promise<void> {
    return new Promise((resolve) => {
      const earlier = this.#onStopped;
      this.#onStopped = () => {
        earlier?.();
        resolve();
      };
    });
  }

  #closeSockets(): void {
    closeListenerSockets(this.#sockets);
    this.#sockets = [];
  }

  #fields(): { shard: number; pid: number | undefined } {
    return { shard: this.#options.index, pid: this.#process?.pid };
  }
}
