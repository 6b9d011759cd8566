let lastId = 0;

/** A connection number that is unique in the shard. */
export function nextConnectionId(): number {
  lastId += 1;
  return lastId;
}
