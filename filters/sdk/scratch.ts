/**
 * Memory for what the host hands over: headers, properties, configuration. It comes from one arena that is emptied
 * when the next callback starts, so that a request costs no allocation and leaves nothing to collect. Addresses are
 * good until the callback that got them returns.
 * @module
 */

const ARENA_BYTES: usize = 32 * 1024;
const arena: usize = memory.data(32 * 1024, 8);
const arenaEnd: usize = arena + ARENA_BYTES;

let top: usize = arena;
/** Blocks that the arena had no room for, each with the address of the one before in its first word. */
let overflow: usize = 0;

/** `size` bytes, aligned to 8. */
export function allocate(size: usize): usize {
  const at = top;
  const next = at + ((size + 7) & ~(<usize>7));
  if (next >= at && next <= arenaEnd) {
    top = next;
    return at;
  }
  return allocateOverflow(size);
}

/** Empties the arena. Called at the start of each callback. */
export function resetScratch(): void {
  top = arena;
  if (overflow != 0) freeOverflow();
}

function allocateOverflow(size: usize): usize {
  const block = heap.alloc(size + 8);
  store<usize>(block, overflow);
  overflow = block;
  return block + 8;
}

function freeOverflow(): void {
  while (overflow != 0) {
    const block = overflow;
    overflow = load<usize>(block);
    heap.free(block);
  }
}
