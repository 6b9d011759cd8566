import { startHealthServer } from "../control/health-server.ts";
import type { LoopbackServer } from "../control/loopback-server.ts";
import { startMetricsServer } from "../control/metrics-server.ts";
import type { Config } from "../config/model.ts";
import { SpookyError } from "../errors/spooky-error.ts";
import { fetchModules } from "../filter/source/fetch-modules.ts";
import { cacheDirectory, ModuleCache } from "../filter/source/module-cache.ts";
import { createFilterReports, type FilterReport } from "../observe/filter-reports.ts";
import type { Logger } from "../observe/log.ts";
import { createLogFactory, logOptions, type OwnedLogFactory } from "../observe/log-factory.ts";
import { createMetricsExposition } from "../observe/metrics-exposition.ts";
import { createMetricFamilies } from "../observe/metrics-families.ts";
import { createMetricsLayout, describeMetricsTopology } from "../observe/metrics-layout.ts";
import { createSharedMemory, mapSharedMemory } from "../platform/shared-memory.ts";
import { closeFd } from "../platform/sockets.ts";
import { grantedReceiveBufferBytes, openListenerSockets } from "./listener-sockets.ts";
import { SHARD_COMMAND } from "./shard-process.ts";
import { ShardGroup } from "./shard-group.ts";
import { StopSignals } from "./stop-signals.ts";

const LOG_TARGET = "spooky_supervisor";
const LAST_FLUSH_MS = 1000;

export interface DaemonOptions {
  /** The config file's path, named as the place of errors. */
  readonly configPath: string;
  /** Called once, when all shards serve. */
  readonly onReady?: () => void;
  /** What runs as a shard. Default: {@link SHARD_COMMAND}. */
  readonly shardCommand?: readonly string[];
}

/**
 * Runs the proxy until SIGTERM or SIGINT; resolves to the exit code: 0 after a drain, 1 when a second signal cut it
 * short. Throws a `SpookyError` when the start fails: a socket, a shard, or a server that the config calls required.
 */
export async function runDaemon(config: Config, options: DaemonOptions): Promise<number> {
  const factory = createLogFactory(logOptions(config.log, process.env));
  const signals = new StopSignals();
  try {
    // Before any socket is opened: it may take a while, and may fail.
    const local = await fetchModules(config, new ModuleCache(cacheDirectory(process.env)));
    return await superviseShards(local, options, factory, signals);
  } finally {
    signals.dispose();
    await factory.flush(LAST_FLUSH_MS);
    factory.close();
  }
}

async function superviseShards(
  config: Config,
  options: DaemonOptions,
  factory: OwnedLogFactory,
  signals: StopSignals,
): Promise<number> {
  const log = factory.forTarget(LOG_TARGET);
  const layout = createMetricsLayout(describeMetricsTopology(config), config.performance.worker_threads);
  // First, because it is what most often fails.
  const sockets = openListenerSockets(config, options.configPath);
  const sharedMemory = createSharedMemory(layout.bytes);
  const memory = mapSharedMemory(sharedMemory.fd);
  reportBuffers(config, grantedReceiveBufferBytes(sockets.flat()), log);
  const group = new ShardGroup({
    command: options.shardCommand ?? SHARD_COMMAND,
    config,
    sockets,
    countersFd: sharedMemory.fd,
    memory,
    layout,
    log,
  });
  const state = { startedAtMs: performance.now(), isDraining: false };
  const servers: LoopbackServer[] = [];
  try {
    const families = createMetricFamilies(memory, layout, statusesOf(group));
    servers.push(...startServers(config, group, families, createFilterReports(memory, layout), state, log));
    const start = group.start();
    const isStarted = await Promise.race([start.then(() => true), signals.first.then(() => false)]);
    if (isStarted) {
      log.log("info", "ready", { listeners: layout.topology.listeners.join(","), shards: layout.shardCount });
      options.onReady?.();
      await signals.first;
    } else {
      // The drain ends the shards in the middle of their start, which then fails and is of no interest.
      start.catch(() => {});
    }
    state.isDraining = true;
    return await drainShards(group, config.performance.shutdown_drain_timeout_ms, signals, log);
  } finally {
    await group.kill();
    await Promise.all(servers.map((server) => server.stop()));
    closeFd(sharedMemory.fd);
  }
}

async function drainShards(group: ShardGroup, deadlineMs: number, signals: StopSignals, log: Logger): Promise<number> {
  log.log("info", "draining", { deadline_ms: deadlineMs });
  const isDrained = await Promise.race([group.drain(deadlineMs).then(() => true), signals.second.then(() => false)]);
  if (isDrained) {
    log.log("info", "stopped");
    return 0;
  }
  log.log("warn", "stopped at once by a second signal");
  return 1;
}

/** Metrics and health are no reason not to serve, unless the config says that they are. */
function startServers(
  config: Config,
  group: ShardGroup,
  families: ReturnType<typeof createMetricFamilies>,
  filters: () => readonly FilterReport[],
  state: { readonly startedAtMs: number; readonly isDraining: boolean },
  log: Logger,
): LoopbackServer[] {
  const { metrics, control_api: control } = config.observability;
  const servers: LoopbackServer[] = [];
  const tryStart = (name: string, isRequired: boolean, start: () => LoopbackServer): void => {
    try {
      servers.push(start());
    } catch (error) {
      if (isRequired || !(error instanceof SpookyError)) throw error;
      log.log("warn", `${name} not served: ${error.message}`, { code: error.code, hint: error.hint });
    }
  };
  if (metrics.enabled) {
    tryStart("metrics are", metrics.required, () => startMetricsServer(metrics, createMetricsExposition(families)));
  }
  if (control.enabled) {
    const totalBackendCount = Object.values(config.upstream).reduce((sum, { backends }) => sum + backends.length, 0);
    tryStart("health is", control.required, () =>
      startHealthServer(control, () => ({ ...state, totalBackendCount, shards: group.reports, filters: filters() })),
    );
  }
  return servers;
}

function statusesOf(group: ShardGroup): Parameters<typeof createMetricFamilies>[2] {
  return () =>
    group.reports.map(({ state, restartCount, crashCount }) => ({
      isReady: state === "ready",
      restartCount,
      crashCount,
    }));
}

function reportBuffers(config: Config, grantedBytes: number, log: Logger): void {
  const wantedBytes = config.performance.udp_recv_buffer_bytes;
  if (grantedBytes >= wantedBytes) return;
  log.log("info", "the kernel grants smaller UDP buffers than configured; bursts may lose packets", {
    wanted_bytes: wantedBytes,
    granted_bytes: grantedBytes,
    hint: `sysctl net.core.rmem_max=${wantedBytes} net.core.wmem_max=${config.performance.udp_send_buffer_bytes}`,
  });
}
