import { plainFamily, type ValueFamily } from "./metric-family.ts";

/** What the supervisor itself knows of a shard. */
export interface ShardStatus {
  readonly isReady: boolean;
  /** How often it was started again. */
  readonly restartCount: number;
  /** How often it died without having been told to. */
  readonly crashCount: number;
}

/** The shards' own lives. */
export function createShardFamilies(shards: () => readonly ShardStatus[]): ValueFamily[] {
  const family = (
    type: ValueFamily["type"],
    name: string,
    help: string,
    read: (status: ShardStatus) => number,
  ): ValueFamily => ({
    type,
    name,
    help,
    labelNames: ["worker"],
    collect: (emit) => shards().forEach((status, index) => emit({ worker: String(index) }, read(status))),
  });
  return [
    plainFamily("counter", "spooky_runtime_panics", "Shards that died without having been told to.", () =>
      shards().reduce((total, status) => total + status.crashCount, 0),
    ),
    family(
      "counter",
      "spooky_shard_restarts_total",
      "Starts of a shard after its first.",
      (status) => status.restartCount,
    ),
    family("gauge", "spooky_shard_ready", "Whether the shard takes requests (1) or not (0).", (status) =>
      Number(status.isReady),
    ),
  ];
}
