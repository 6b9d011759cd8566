/**
 * Where each counter of a shard lies in shared memory. Computed from the configuration alone, so that the supervisor
 * and its shards agree without a word.
 * @module
 */
import type { Config, FilterConfig } from "../config/model.ts";
import { ALPN_NAMES, HANDSHAKE_FAILURE_NAMES, OUTCOME_NAMES, STATUS_CLASS_NAMES } from "./outcome.ts";

/** Upper bounds of the latency histogram's buckets, in milliseconds; above the last there is one more bucket. */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  1, 5, 10, 25, 50, 100, 250, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000,
];

/** The names that labels hold, in the order of the indexes that the request path counts by. */
export interface MetricsTopology {
  /** `address:port`, in the configuration's order. */
  readonly listeners: readonly string[];
  readonly upstreams: readonly { readonly name: string; readonly backends: readonly string[] }[];
  /** The root's filters, then each upstream's as `upstream/filter`. */
  readonly filters: readonly string[];
  /** Index of the first filter of each upstream; the root's begin at 0. */
  readonly firstFilterOfUpstream: readonly number[];
}

/** Cells at fixed places at the start of each shard's region. */
export const CELL = {
  /** Changes while the shard's event loop turns. */
  heartbeat: 0,
  activeConnections: 1,
  requestsStarted: 2,
  requestsRejected: 3,
  requestsDenied: 4,
  /** The first of three, one for each retry reason. */
  retries: 5,
  /** The first of six, one for each outcome. */
  requestsFinished: 8,
} as const;

const FIXED_CELL_COUNT = CELL.requestsFinished + OUTCOME_NAMES.length;

/** Requests by status class and outcome, in one block. */
export const REQUEST_CELL_COUNT: number = STATUS_CLASS_NAMES.length * OUTCOME_NAMES.length;
/** One outcome's histogram: the buckets, not cumulative, then the sum in milliseconds. */
export const HISTOGRAM_CELL_COUNT: number = LATENCY_BOUNDS_MS.length + 2;
const UPSTREAM_CELL_COUNT = REQUEST_CELL_COUNT + OUTCOME_NAMES.length * HISTOGRAM_CELL_COUNT;
const LISTENER_CELL_COUNT = ALPN_NAMES.length + HANDSHAKE_FAILURE_NAMES.length;
/** Places of what is kept for each filter, from its first cell on. */
export const FILTER_CELL = { calls: 0, failures: 1, rebuilds: 2, state: 3 } as const;
const FILTER_CELL_COUNT = Object.keys(FILTER_CELL).length;

const CELL_BYTES = 8;
/** Regions of two shards never share a cache line, nor the pair that the processor fetches together. */
const ALIGNMENT_BYTES = 128;

export interface MetricsLayout {
  readonly topology: MetricsTopology;
  readonly shardCount: number;
  /** Cells of one shard's region. */
  readonly cellCount: number;
  /** Size of the whole memory. */
  readonly bytes: number;
  /** First cell of each upstream: its requests, then its histograms, one per outcome. */
  readonly upstreamCells: readonly number[];
  /** First cell of each upstream's backends: a block of requests for each. */
  readonly backendCells: readonly (readonly number[])[];
  /** First cell of each listener: connections by protocol, then handshake failures by reason. */
  readonly listenerCells: readonly number[];
  readonly filterCells: readonly number[];
}

/** Names and order of everything that is counted apart. */
export function describeMetricsTopology(config: Config): MetricsTopology {
  const upstreams = Object.values(config.upstream);
  const filters = config.filters.map((filter) => filter.name);
  const firstFilterOfUpstream: number[] = [];
  for (const upstream of upstreams) {
    firstFilterOfUpstream.push(filters.length);
    filters.push(...upstream.filters.map((filter: FilterConfig) => `${upstream.name}/${filter.name}`));
  }
  return {
    listeners: config.listeners.map(({ address, port }) =>
      address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`,
    ),
    upstreams: upstreams.map(({ name, backends }) => ({ name, backends: backends.map((backend) => backend.id) })),
    filters,
    firstFilterOfUpstream,
  };
}

export function createMetricsLayout(topology: MetricsTopology, shardCount: number): MetricsLayout {
  let next = FIXED_CELL_COUNT;
  const take = (count: number): number => {
    const first = next;
    next += count;
    return first;
  };
  const upstreamCells = topology.upstreams.map(() => take(UPSTREAM_CELL_COUNT));
  const backendCells = topology.upstreams.map(({ backends }) => backends.map(() => take(REQUEST_CELL_COUNT)));
  const listenerCells = topology.listeners.map(() => take(LISTENER_CELL_COUNT));
  const filterCells = topology.filters.map(() => take(FILTER_CELL_COUNT));
  const regionBytes = Math.ceil((next * CELL_BYTES) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  return {
    topology,
    shardCount,
    cellCount: regionBytes / CELL_BYTES,
    bytes: regionBytes * shardCount,
    upstreamCells,
    backendCells,
    listenerCells,
    filterCells,
  };
}

/** One shard's cells in the whole memory. */
export function regionOf(memory: ArrayBuffer, layout: MetricsLayout, shardIndex: number): Float64Array {
  return new Float64Array(memory, shardIndex * layout.cellCount * CELL_BYTES, layout.cellCount);
}
