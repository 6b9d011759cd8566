import type { FilterState } from "./filter-state.ts";
import {
  CELL,
  FILTER_CELL,
  HISTOGRAM_CELL_COUNT,
  LATENCY_BOUNDS_MS,
  REQUEST_CELL_COUNT,
  regionOf,
  type MetricsLayout,
} from "./metrics-layout.ts";
import {
  ALPN_NAMES,
  HANDSHAKE_FAILURE_NAMES,
  OUTCOME_NAMES,
  RETRY_REASON,
  statusClassOf,
  type Alpn,
  type HandshakeFailure,
  type Outcome,
  type RetryReason,
} from "./outcome.ts";

/**
 * What a shard counts. Each call adds to plain numbers in memory that the supervisor reads: the shard is the only
 * writer of its region, so nothing is locked and nothing allocated.
 *
 * Every request is counted by `requestStarted` and then by exactly one of `requestFinished`, `requestRejected` and
 * `requestDenied`. Indexes follow the configuration's order; -1 stands for none.
 */
export interface ShardMetrics {
  requestStarted(): void;
  /** The head broke the protocol's rules; counts as a failure. */
  requestRejected(): void;
  /** A method or path policy refused it; counts as a failure. */
  requestDenied(): void;
  /**
   * `backendIndex` counts within the upstream. `status` is what the client got, 0 for nothing. `latencyMs` is the time
   * from the request's head to the end of the answer.
   */
  requestFinished(
    upstreamIndex: number,
    backendIndex: number,
    status: number,
    outcome: Outcome,
    latencyMs: number,
  ): void;
  retried(reason?: RetryReason): void;
  /** A client's handshake is complete; `listenerIndex` is its place in the configuration. */
  connectionOpened(listenerIndex: number, alpn: Alpn): void;
  connectionClosed(): void;
  handshakeFailed(listenerIndex: number, reason: HandshakeFailure): void;
  /** Index as in {@link MetricsLayout}'s topology: the root's filters first, then those of each upstream. */
  filterCalled(filterIndex: number): void;
  filterFailed(filterIndex: number): void;
  filterRebuilt(filterIndex: number): void;
  /** Not counted: the last one stands. */
  filterStateChanged(filterIndex: number, state: FilterState): void;
  /** The event loop turns: called on a timer. */
  beat(): void;
}

/** Opens the region of one shard. `memory` is the whole shared memory. */
export function createShardMetrics(memory: ArrayBuffer, layout: MetricsLayout, shardIndex: number): ShardMetrics {
  return new RegionCounters(regionOf(memory, layout, shardIndex), layout);
}

class RegionCounters implements ShardMetrics {
  readonly #cells: Float64Array;
  readonly #layout: MetricsLayout;

  constructor(cells: Float64Array, layout: MetricsLayout) {
    this.#cells = cells;
    this.#layout = layout;
  }

  requestStarted(): void {
    this.#add(CELL.requestsStarted, 1);
  }

  requestRejected(): void {
    this.#add(CELL.requestsRejected, 1);
  }

  requestDenied(): void {
    this.#add(CELL.requestsDenied, 1);
  }

  requestFinished(
    upstreamIndex: number,
    backendIndex: number,
    status: number,
    outcome: Outcome,
    latencyMs: number,
  ): void {
    this.#add(CELL.requestsFinished + outcome, 1);
    const upstreamCell = this.#layout.upstreamCells[upstreamIndex];
    if (upstreamCell === undefined) return;
    const requestCell = statusClassOf(status) * OUTCOME_NAMES.length + outcome;
    this.#add(upstreamCell + requestCell, 1);
    const histogram = upstreamCell + REQUEST_CELL_COUNT + outcome * HISTOGRAM_CELL_COUNT;
    this.#add(histogram + bucketOf(latencyMs), 1);
    this.#add(histogram + HISTOGRAM_CELL_COUNT - 1, latencyMs);
    const backendCell = this.#layout.backendCells[upstreamIndex]?.[backendIndex];
    if (backendCell !== undefined) this.#add(backendCell + requestCell, 1);
  }

  retried(reason: RetryReason = RETRY_REASON.transport): void {
    this.#add(CELL.retries + reason, 1);
  }

  connectionOpened(listenerIndex: number, alpn: Alpn): void {
    this.#add(CELL.activeConnections, 1);
    const cell = this.#layout.listenerCells[listenerIndex];
    if (cell !== undefined) this.#add(cell + ALPN_NAMES.indexOf(alpn), 1);
  }

  connectionClosed(): void {
    this.#add(CELL.activeConnections, -1);
  }

  handshakeFailed(listenerIndex: number, reason: HandshakeFailure): void {
    const cell = this.#layout.listenerCells[listenerIndex];
    if (cell !== undefined) this.#add(cell + ALPN_NAMES.length + HANDSHAKE_FAILURE_NAMES.indexOf(reason), 1);
  }

  filterCalled(filterIndex: number): void {
    const cell = this.#layout.filterCells[filterIndex];
    if (cell !== undefined) this.#add(cell + FILTER_CELL.calls, 1);
  }

  filterFailed(filterIndex: number): void {
    const cell = this.#layout.filterCells[filterIndex];
    if (cell !== undefined) this.#add(cell + FILTER_CELL.failures, 1);
  }

  filterRebuilt(filterIndex: number): void {
    const cell = this.#layout.filterCells[filterIndex];
    if (cell !== undefined) this.#add(cell + FILTER_CELL.rebuilds, 1);
  }

  filterStateChanged(filterIndex: number, state: FilterState): void {
    const cell = this.#layout.filterCells[filterIndex];
    if (cell !== undefined) this.#cells[cell + FILTER_CELL.state] = state;
  }

  beat(): void {
    this.#add(CELL.heartbeat, 1);
  }

  #add(cell: number, amount: number): void {
    this.#cells[cell] = (this.#cells[cell] as number) + amount;
  }
}

/** Place of the bucket whose bound is the first that is not below `latencyMs`. */
function bucketOf(latencyMs: number): number {
  let bucket = 0;
  while (bucket < LATENCY_BOUNDS_MS.length && latencyMs > (LATENCY_BOUNDS_MS[bucket] as number)) bucket++;
  return bucket;
}
