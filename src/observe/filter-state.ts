/** How a filter of the config fares in a shard, as `spooky_filter_state` tells it. The worse, the higher. */
export const FILTER_STATE = {
  serving: 0,
  /** Its instance died; the next is built for the next request, or held back until a pause is over. */
  rebuilding: 1,
  /** It failed too often and is not run for a while. */
  quarantined: 2,
  /** It failed once, and its config says to leave it at that. */
  failed: 3,
} as const;

export type FilterState = (typeof FILTER_STATE)[keyof typeof FILTER_STATE];

/** Names of the states, by their number. */
export const FILTER_STATE_NAMES: readonly string[] = Object.keys(FILTER_STATE);
