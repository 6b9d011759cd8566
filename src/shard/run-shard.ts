/**
 * The life of a shard's process. It is started by the supervisor, told what to do over IPC, and lives no longer than the
 * supervisor does.
 * @module
 */
import { FAILURES } from "../errors/catalogue.ts";
import { createLogFactory, logOptions, type OwnedLogFactory } from "../observe/log-factory.ts";
import { createMetricsLayout, describeMetricsTopology } from "../observe/metrics-layout.ts";
import { createShardMetrics, type ShardMetrics } from "../observe/shard-metrics.ts";
import { dieWithParent } from "../platform/parent-death.ts";
import { mapSharedMemory } from "../platform/shared-memory.ts";
import type { DataPlane, StartDataPlane } from "./data-plane-port.ts";
import {
  type DrainMessage,
  reportError,
  type ShardMessage,
  type StartMessage,
  type SupervisorMessage,
} from "./protocol.ts";

/** Several beats for each look of the supervisor. */
const HEARTBEAT_MS = 250;
/** Lines are worth a moment, not more: the supervisor is waiting to start the next process. */
const LAST_FLUSH_MS = 500;
const LOG_TARGET = "spooky_shard";

/** Makes this process a shard that serves with `startDataPlane`. Returns at once; the process ends by itself. */
export function runShard(startDataPlane: StartDataPlane): void {
  const shard = new Shard(startDataPlane);
  // A terminal's Ctrl-C and an init system's stop reach the whole process group; when to end is the supervisor's to say.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  process.on("uncaughtException", (error) => void shard.crash(error));
  process.on("unhandledRejection", (reason) => void shard.crash(reason));
  // The channel closes when the supervisor is gone.
  process.on("disconnect", () => process.exit(1));
  process.on("message", (message: SupervisorMessage) => {
    switch (message.kind) {
      case "start":
        void shard.start(message);
        return;
      case "drain":
        void shard.drain(message);
        return;
      default:
        message satisfies never;
    }
  });
}

class Shard {
  readonly #startDataPlane: StartDataPlane;
  #log: OwnedLogFactory | undefined;
  #dataPlane: DataPlane | undefined;
  #isEnding = false;

  constructor(startDataPlane: StartDataPlane) {
    this.#startDataPlane = startDataPlane;
  }

  async start(message: StartMessage): Promise<void> {
    if (!dieWithParent(message.supervisorPid)) process.exit(1);
    try {
      const { config, shardIndex, sockets } = message;
      const log = createLogFactory({ ...logOptions(config.log, process.env), common: { shard: shardIndex } });
      this.#log = log;
      const layout = createMetricsLayout(describeMetricsTopology(config), config.performance.worker_threads);
      const metrics = createShardMetrics(mapSharedMemory(message.countersFd), layout, shardIndex);
      beatOnTimer(metrics);
      this.#dataPlane = await this.#startDataPlane({ shardIndex, config, sockets, metrics, log });
      send({ kind: "ready" });
    } catch (error) {
      send({ kind: "start_failed", error: reportError(error) });
      await this.#end(1);
    }
  }

  async drain(message: DrainMessage): Promise<void> {
    if (this.#isEnding) return;
    await this.#dataPlane?.drain(message.deadlineMs);
    await this.#end(0);
  }

  async crash(reason: unknown): Promise<void> {
    if (this.#isEnding) return;
    const failure = FAILURES.shardCrashed;
    const detail = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    this.#log?.forTarget(LOG_TARGET).log("error", failure.message, { code: failure.code, detail });
    if (this.#log === undefined) process.stderr.write(`${failure.code}: ${failure.message}: ${detail}\n`);
    await this.#end(1);
  }

  async #end(code: number): Promise<void> {
    this.#isEnding = true;
    await this.#log?.flush(LAST_FLUSH_MS);
    process.exit(code);
  }
}

/** The event loop's own sign of life: a shard that is stuck in a computation cannot give it. */
function beatOnTimer(metrics: ShardMetrics): void {
  metrics.beat();
  setInterval(() => metrics.beat(), HEARTBEAT_MS);
}

function send(message: ShardMessage): void {
  process.send?.(message);
}
