import { NONE } from "./abi";
import { backendCount, isExcluded, latencyOf } from "./backend-table";
import { healthy } from "./healthy-list";
import { indexAt, IndexList, makeIndexList, pushIndex, removeIndexAt } from "./index-list";

// One that fails every request never gives a measure, and must not have all of them for that.
const TRIES_MAX: u8 = 4;

let waiting: IndexList = changetype<IndexList>(0);
let tries: usize = 0;
// Position in the waiting list of whose turn is next.
let turn: u32 = 0;

/** Makes room for as many backends as the table has. Each shard begins at another one. */
export function makeUnmeasured(seed: u32): void {
  waiting = makeIndexList(backendCount);
  tries = heap.alloc(max(<usize>backendCount, 1));
  turn = backendCount > 0 ? seed % backendCount : 0;
}

/** To be called whenever the healthy list was made anew: those without a measure get new tries. */
export function refreshUnmeasured(): void {
  waiting.count = 0;
  memory.fill(tries, 0, backendCount);
  for (let position: u32 = 0; position < healthy.count; position++) {
    const backend = indexAt(healthy, position);
    if (latencyOf(backend) < 0) pushIndex(waiting, backend);
  }
}

/** A backend whose latency nobody knows yet, each in turn; NONE when there is none or all have had their tries. */
export function pickUnmeasured(excludedMask: u32): i32 {
  for (let left = waiting.count; left > 0; left--) {
    if (turn >= waiting.count) turn = 0;
    const backend = indexAt(waiting, turn);
    const tried = load<u8>(tries + <usize>backend);
    if (tried >= TRIES_MAX || latencyOf(backend) >= 0) {
      removeIndexAt(waiting, turn);
      continue;
    }
    turn++;
    if (isExcluded(backend, excludedMask)) continue;
    store<u8>(tries + <usize>backend, tried + 1);
    return <i32>backend;
  }
  return NONE;
}
