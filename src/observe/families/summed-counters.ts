import { CELL, regionOf, type MetricsLayout } from "../metrics-layout.ts";
import { OUTCOME_NAMES } from "../outcome.ts";

/** Reads counters: of one shard, or of all together. */
export class SummedCounters {
  readonly shards: readonly Float64Array[];

  constructor(memory: ArrayBuffer, layout: MetricsLayout) {
    this.shards = Array.from({ length: layout.shardCount }, (_, index) => regionOf(memory, layout, index));
  }

  sum(cell: number): number {
    let total = 0;
    for (const cells of this.shards) total += cells[cell] ?? 0;
    return total;
  }

  /** The highest value that any shard has, for what is no count. */
  highest(cell: number): number {
    let highest = 0;
    for (const cells of this.shards) highest = Math.max(highest, cells[cell] ?? 0);
    return highest;
  }

  finished(outcome: number): number {
    return this.sum(CELL.requestsFinished + outcome);
  }

  retried(reason: number): number {
    return this.sum(CELL.retries + reason);
  }
}

/** Requests of one shard that ended in any other way than well. */
export function failuresOf(cells: Float64Array): number {
  let total = (cells[CELL.requestsRejected] ?? 0) + (cells[CELL.requestsDenied] ?? 0);
  for (let outcome = 1; outcome < OUTCOME_NAMES.length; outcome++) total += cells[CELL.requestsFinished + outcome] ?? 0;
  return total;
}
