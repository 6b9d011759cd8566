/** A list of backend indices of fixed capacity: made once, filled and emptied without allocation. */
@final
@unmanaged
export class IndexList {
  start: usize;
  count: u32;
}

export function makeIndexList(capacity: u32): IndexList {
  const list = changetype<IndexList>(heap.alloc(offsetof<IndexList>()));
  list.start = heap.alloc(max(<usize>capacity * 4, 4));
  list.count = 0;
  return list;
}

export function indexAt(list: IndexList, position: u32): u32 {
  return load<u32>(list.start + <usize>position * 4);
}

export function pushIndex(list: IndexList, index: u32): void {
  store<u32>(list.start + <usize>list.count * 4, index);
  list.count++;
}

/** Removes what is at `position`; the last one takes its place. */
export function removeIndexAt(list: IndexList, position: u32): void {
  list.count--;
  store<u32>(list.start + <usize>position * 4, indexAt(list, list.count));
}
