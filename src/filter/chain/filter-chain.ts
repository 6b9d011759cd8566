import type { FilterChain, FilterHost, FilterStream } from "../chain.ts";
import { ChainLink } from "./chain-link.ts";
import { ChainStream } from "./chain-stream.ts";
import type { LoadedFilter } from "./loaded-filter.ts";

/** Streams kept for reuse: as many as are usually in flight in one shard. */
const MAX_POOLED_STREAMS = 1024;

/**
 * A chain of loaded filters: requests pass them first to last, responses last to first. Several chains may share a
 * filter; it ends when the last of them is disposed.
 */
export function createFilterChain(filters: readonly LoadedFilter[]): FilterChain {
  const pool: ChainStream[] = [];
  for (const filter of filters) filter.retain();
  let isDisposed = false;
  const release = (stream: ChainStream): void => {
    if (!isDisposed && pool.length < MAX_POOLED_STREAMS) pool.push(stream);
  };
  return {
    open(host: FilterHost): FilterStream | undefined {
      if (filters.length === 0) return undefined;
      const stream =
        pool.pop() ??
        new ChainStream(
          filters.map((filter) => new ChainLink(filter)),
          release,
        );
      stream.open(host);
      return stream;
    },
    dispose(): void {
      if (isDisposed) return;
      isDisposed = true;
      pool.length = 0;
      for (const filter of filters) filter.dispose();
    },
  };
}
