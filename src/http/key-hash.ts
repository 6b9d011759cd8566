/**
 * Hashes of request keys: FNV-1a, 32 bits, over the codes of the characters. They are the same in every shard, in every
 * version of HTTP and after every restart. They are no protection from clients that look for collisions.
 * @module
 */

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** Hash of a text, or of the part from `start` up to `end`, without copying it. */
export function hashText(text: string, start = 0, end: number = text.length): number {
  let hash = OFFSET_BASIS;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ text.charCodeAt(index), PRIME);
  return finish(hash);
}

/** FNV-1a leaves its upper bits alike for texts that differ at the end only, as numbered paths do (MurmurHash3's finish). */
function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
