/**
 * The data plane of one shard: listeners, pipeline, clients; its start, drain and stop.
 * @module
 */
import type { Config, ListenConfig } from "../config/model.ts";
import { MetricStore } from "../filter/proxy-wasm/metric-store.ts";
import { SharedDataStore } from "../filter/proxy-wasm/shared-data-store.ts";
import { DEFAULT_HEAD_LIMITS } from "../http/head-limits.ts";
import { createRequestIds, type RequestIds } from "../http/request-id.ts";
import type { Listener, ListenerEvents } from "../ingress/listener.ts";
import { listenQuic } from "../ingress/quic-listener.ts";
import { listenTcp } from "../ingress/tcp-listener.ts";
import type { SpillBudget } from "../ingress/spill-buffer.ts";
import { loadTlsIdentities } from "../ingress/tls-identities.ts";
import { createAccessLog, type AccessLog } from "../observe/access-log.ts";
import type { ShardMetrics } from "../observe/shard-metrics.ts";
import { Pipeline } from "../pipeline/pipeline.ts";
import { buildGeneration, type SharedGeneration } from "./build-generation.ts";
import type { DataPlane, DataPlaneOptions, ListenerSockets } from "./data-plane-port.ts";

/** How long clients keep `alt-svc` (RFC 7838 §3.1). */
const ALT_SVC_MAX_AGE_SECONDS = 86_400;

/** Starts serving. Throws a `SpookyError` when the configuration cannot be put to work. */
export async function startDataPlane(options: DataPlaneOptions): Promise<DataPlane> {
  const { config, log } = options;
  const generation = await buildGeneration(config, {
    filters: {
      logger: log.forTarget("spooky_filter"),
      metrics: new MetricStore(),
      sharedData: new SharedDataStore(),
      events: options.metrics,
    },
    upstreamLog: log.forTarget("spooky_upstream"),
  });
  const plane = new ShardDataPlane(config, generation, options.metrics, createAccessLog(log));
  for (const sockets of options.sockets) await plane.listen(sockets);
  return plane;
}

/** Time for queued packets to leave before the sockets close. */
const LAST_FLUSH_MS = 20;

class ShardDataPlane implements DataPlane {
  readonly #config: Config;
  readonly #generation: SharedGeneration;
  readonly #metrics: ShardMetrics;
  readonly #accessLog: AccessLog;
  readonly #requestIds: RequestIds = createRequestIds();
  readonly #spillBudget: SpillBudget;
  readonly #pipelines: Pipeline[] = [];
  readonly #listeners: Listener[] = [];

  constructor(config: Config, generation: SharedGeneration, metrics: ShardMetrics, accessLog: AccessLog) {
    this.#config = config;
    this.#spillBudget = { limitBytes: config.performance.request_buffer_global_cap_bytes, usedBytes: 0 };
    this.#generation = generation;
    this.#metrics = metrics;
    this.#accessLog = accessLog;
  }

  async listen({ listenerIndex, udpFd, tcpFd }: ListenerSockets): Promise<void> {
    const { performance, listeners } = this.#config;
    const listen = listeners[listenerIndex] as ListenConfig;
    const identities = loadTlsIdentities(listen.tls);
    const handler = this.#pipelineFor(listen);
    const events = this.#eventsOf(listenerIndex);
    // The kernel spreads connections evenly over the shards.
    const maxConnections = Math.ceil(performance.max_active_connections / performance.worker_threads);
    const common = { identities, handler, events, maxConnections, limits: DEFAULT_HEAD_LIMITS };
    this.#listeners.push(
      await listenQuic({
        ...common,
        udpFd,
        idleTimeoutMs: performance.quic_max_idle_timeout_ms,
        maxDataBytes: performance.quic_initial_max_data,
        maxStreamDataBytes: performance.quic_initial_max_stream_data,
        maxBidiStreams: performance.quic_initial_max_streams_bidi,
        maxUniStreams: performance.quic_initial_max_streams_uni,
        spillBudget: this.#spillBudget,
      }),
      await listenTcp({ ...common, tcpFd, maxConcurrentStreams: performance.quic_initial_max_streams_bidi }),
    );
  }

  async drain(deadlineMs: number): Promise<void> {
    for (const listener of this.#listeners) listener.drain();
    const idle = Promise.all(this.#pipelines.map((pipeline) => pipeline.whenIdle()));
    await Promise.race([idle, Bun.sleep(deadlineMs)]);
    // The last answers were handed over; they still have to leave.
    await Bun.sleep(LAST_FLUSH_MS);
    this.stop();
  }

  stop(): void {
    for (const listener of this.#listeners) listener.close();
    this.#generation.dispose();
  }

  #pipelineFor(listen: ListenConfig): Pipeline {
    const { router, targets, filters } = this.#generation;
    const pipeline = new Pipeline(
      {
        router,
        targets,
        filters,
        maxRequestBodyBytes: this.#config.performance.max_request_body_bytes,
        totalTimeoutMs: this.#config.performance.backend_total_request_timeout_ms,
        clientBodyIdleTimeoutMs: this.#config.performance.client_body_idle_timeout_ms,
        altSvc: `h3=":${listen.port}"; ma=${ALT_SVC_MAX_AGE_SECONDS}`,
        metrics: this.#metrics,
        accessLog: this.#accessLog,
      },
      this.#requestIds,
    );
    this.#pipelines.push(pipeline);
    return pipeline;
  }

  #eventsOf(listenerIndex: number): ListenerEvents {
    const metrics = this.#metrics;
    return {
      connectionOpened: (alpn) => metrics.connectionOpened(listenerIndex, alpn),
      connectionClosed: () => metrics.connectionClosed(),
      handshakeFailed: (reason) => metrics.handshakeFailed(listenerIndex, reason),
    };
  }
}
