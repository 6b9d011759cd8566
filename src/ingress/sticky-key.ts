/**
 * A random number of 32 bits, signed, for a connection to keep (`Connection.stickyKey`). Not the connection's id, which
 * counts from 1 in every shard: the first connections of all shards would go to the same backend.
 */
export function createStickyKey(): number {
  return (Math.random() * 0x1_0000_0000) | 0;
}
