import type { ControlApiConfig } from "../config/model.ts";
import type { FilterReport } from "../observe/filter-reports.ts";
import { type LoopbackServer, startLoopbackServer } from "./loopback-server.ts";

/** One shard as `/ready` shows it. */
export interface ShardHealth {
  readonly index: number;
  /** `starting`, `ready`, `waiting`, `parked`, `stopping` or `stopped`. */
  readonly state: string;
  readonly pid: number | undefined;
  readonly restartCount: number;
}

/** What health answers are made of, read anew for each. */
export interface HealthSource {
  readonly startedAtMs: number;
  readonly isDraining: boolean;
  readonly shards: readonly ShardHealth[];
  readonly filters: readonly FilterReport[];
  readonly totalBackendCount: number;
}

/**
 * Serves `/health` (the process lives: always 200) and `/ready` (200 when every shard serves and no shutdown is under
 * way, else 503; filters are shown, but a filter that fails makes nothing unready). Throws as {@link startLoopbackServer} does.
 */
export function startHealthServer(config: ControlApiConfig, source: () => HealthSource): LoopbackServer {
  return startLoopbackServer({
    address: config.address,
    port: config.port,
    answer(path) {
      if (path === config.health_path) return healthAnswer(source());
      if (path === config.ready_path) return readyAnswer(source());
      return undefined;
    },
  });
}

function healthAnswer(source: HealthSource): Response {
  return answer(200, {
    status: "ok",
    uptime_ms: Math.round(performance.now() - source.startedAtMs),
    watchdog: { enabled: false, degraded: false, restart_requested: false },
  });
}

function readyAnswer(source: HealthSource): Response {
  const isReady = !source.isDraining && source.shards.every((shard) => shard.state === "ready");
  return answer(isReady ? 200 : 503, {
    ready: isReady,
    // Nothing takes a backend out of rotation yet, so all of them count as healthy.
    healthy_backends: source.totalBackendCount,
    total_backends: source.totalBackendCount,
    restart_requested: false,
    draining: source.isDraining,
    shards: source.shards.map(({ index, state, pid, restartCount }) => ({
      index,
      state,
      pid: pid ?? null,
      restarts: restartCount,
    })),
    filters: source.filters,
  });
}

function answer(status: number, body: unknown): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store" } });
}
