import { hashByte, hashEnd, hashStart, isSameBytes, keepBytes } from "./byte-hash";

// One slot: the hash, the scope, where the text is kept, its length, and its identity (0 marks an empty slot).
const SLOT_SIZE: usize = 20;
const SCOPE: usize = 4;
const TEXT: usize = 8;
const LENGTH: usize = 12;
const IDENTITY: usize = 16;
const FIRST_SLOT_COUNT: u32 = 16;

/**
 * Gives each (scope, text) an identity, counted from 1. Open addressing, at most half full, so that a look-up costs
 * the same in a table of ten texts and in one of ten thousand. Whatever the hash says, the bytes are compared.
 */
@final
export class TextTable {
  private slots: usize = 0;
  private mask: u32 = 0;
  count: u32 = 0;

  /** The identity, or 0. `hash` is the finished hash of the text within `scope`. */
  find(scope: u32, start: usize, length: u32, hash: u32): u32 {
    const slots = this.slots;
    if (slots == 0) return 0;
    const mask = this.mask;
    let index = hash & mask;
    while (true) {
      const slot = slots + <usize>index * SLOT_SIZE;
      const identity = load<u32>(slot, IDENTITY);
      if (identity == 0) return 0;
      if (
        load<u32>(slot) == hash &&
        load<u32>(slot, SCOPE) == scope &&
        load<u32>(slot, LENGTH) == length &&
        isSameBytes(load<u32>(slot, TEXT), start, length)
      ) {
        return identity;
      }
      index = (index + 1) & mask;
    }
  }

  /** The identity of the text, which is added when it is new. `hash` as for `find`. */
  add(scope: u32, start: usize, length: u32, hash: u32): u32 {
    const found = this.find(scope, start, length, hash);
    if (found != 0) return found;
    if ((this.count + 1) * 2 > this.slotCount()) this.grow();
    const identity = ++this.count;
    this.place(hash, scope, <u32>keepBytes(start, length), length, identity);
    return identity;
  }

  private slotCount(): u32 {
    return this.slots == 0 ? 0 : this.mask + 1;
  }

  private grow(): void {
    const oldSlots = this.slots;
    const oldCount = this.slotCount();
    const newCount = oldCount == 0 ? FIRST_SLOT_COUNT : oldCount * 2;
    const bytes = <usize>newCount * SLOT_SIZE;
    this.slots = heap.alloc(bytes);
    this.mask = newCount - 1;
    memory.fill(this.slots, 0, bytes);
    for (let index: u32 = 0; index < oldCount; index++) {
      const old = oldSlots + <usize>index * SLOT_SIZE;
      const identity = load<u32>(old, IDENTITY);
      if (identity == 0) continue;
      this.place(load<u32>(old), load<u32>(old, SCOPE), load<u32>(old, TEXT), load<u32>(old, LENGTH), identity);
    }
    if (oldSlots != 0) heap.free(oldSlots);
  }

  private place(hash: u32, scope: u32, text: u32, length: u32, identity: u32): void {
    let index = hash & this.mask;
    let slot = this.slots + <usize>index * SLOT_SIZE;
    while (load<u32>(slot, IDENTITY) != 0) {
      index = (index + 1) & this.mask;
      slot = this.slots + <usize>index * SLOT_SIZE;
    }
    store<u32>(slot, hash);
    store<u32>(slot, scope, SCOPE);
    store<u32>(slot, text, TEXT);
    store<u32>(slot, length, LENGTH);
    store<u32>(slot, identity, IDENTITY);
  }
}

/** Hash of a text, first byte first, as `find` and `add` want it. */
export function hashForward(scope: u32, start: usize, length: u32): u32 {
  let hash = hashStart(scope);
  for (let offset: usize = 0; offset < <usize>length; offset++) hash = hashByte(hash, load<u8>(start + offset));
  return hashEnd(hash);
}

/** Hash of a text, last byte first: one pass over a host name then gives the hash of every suffix. */
export function hashBackward(scope: u32, start: usize, length: u32): u32 {
  let hash = hashStart(scope);
  for (let offset = <usize>length; offset > 0; offset--) hash = hashByte(hash, load<u8>(start + offset - 1));
  return hashEnd(hash);
}
