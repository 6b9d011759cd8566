/** Starts the hash of a text that is looked up within `scope`, so that equal texts of two scopes fall apart. */
export function hashStart(scope: u32): u32 {
  return scope * 0x9e3779b1 + 0x811c9dc5;
}

export function hashByte(hash: u32, byte: u32): u32 {
  return (hash ^ byte) * 0x01000193;
}

/** Spreads the entropy into the low bits, which choose the slot. */
export function hashEnd(hash: u32): u32 {
  const mixed = (hash ^ (hash >>> 16)) * 0x85ebca6b;
  return mixed ^ (mixed >>> 13);
}

/** True when both ranges hold the same bytes. */
export function isSameBytes(left: usize, right: usize, length: u32): bool {
  let offset: usize = 0;
  while (offset + 8 <= <usize>length) {
    if (load<u64>(left + offset) != load<u64>(right + offset)) return false;
    offset += 8;
  }
  while (offset < <usize>length) {
    if (load<u8>(left + offset) != load<u8>(right + offset)) return false;
    offset += 1;
  }
  return true;
}

/** A copy of the bytes that stays where it is: the buffer of the host is written over by the next call. */
export function keepBytes(start: usize, length: u32): usize {
  const kept = heap.alloc(max(<usize>length, 1));
  memory.copy(kept, start, length);
  return kept;
}
