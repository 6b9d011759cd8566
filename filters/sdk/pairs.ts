import { allocate } from "./scratch";

/** Where {@link writePairs} put the serialised map last, and its size in bytes. */
export let pairsAddress: usize = 0;
export let pairsSize: usize = 0;

/** Serialises `fields` (names and values in turn) into scratch memory, as the ABI has header maps. */
export function writePairs(fields: string[]): void {
  let size: usize = 4;
  for (let i = 0; i < fields.length; i++) size += 5 + <usize>String.UTF8.byteLength(fields[i]);
  const pairs = allocate(size);
  store<u32>(pairs, fields.length >>> 1);
  let at = pairs + 4 + <usize>fields.length * 4;
  for (let i = 0; i < fields.length; i++) {
    const text = fields[i];
    const length = <usize>String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
    store<u32>(pairs + 4 + <usize>i * 4, <u32>length);
    at += length;
    store<u8>(at++, 0);
  }
  pairsAddress = pairs;
  pairsSize = size;
}
