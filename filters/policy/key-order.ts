import { activeOf, idHashOf, weightOf } from "./backend-table";
import { isEvenlyWeighted } from "./healthy-list";
import { indexAt, IndexList } from "./index-list";

/** For {@link pickByKey}: no backend is ever too busy. */
export const NO_LIMIT: f64 = Infinity;

const UNIT: f64 = 1.0 / 9007199254740992.0;

/** 53 bits that a key and a backend have together, as evenly spread as random ones (the finish of SplitMix64). */
function lotOf(keyHash: u32, backend: u32): u64 {
  let mixed = (((<u64>idHashOf(backend)) << 32) | (<u64>keyHash)) + 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111eb;
  return (mixed ^ (mixed >>> 31)) >>> 11;
}

/** True while the backend may get one more request: it has fewer than `activePerWeight` times its weight, rounded up. */
function hasRoom(backend: u32, activePerWeight: f64): bool {
  return <f64>activeOf(backend) < Math.ceil(activePerWeight * <f64>weightOf(backend));
}

/**
 * Rendezvous hashing: every backend draws a lot for the key, and the best one wins. A backend that leaves takes away
 * only the keys that it had, and nothing is kept that a restart could lose. Backends without room are passed over; at
 * least one of the candidates must have some.
 */
export function pickByKey(candidates: IndexList, keyHash: u32, activePerWeight: f64): u32 {
  return isEvenlyWeighted
    ? pickEvenly(candidates, keyHash, activePerWeight)
    : pickWeighted(candidates, keyHash, activePerWeight);
}

function pickEvenly(candidates: IndexList, keyHash: u32, activePerWeight: f64): u32 {
  let chosen: u32 = indexAt(candidates, 0);
  let best: u64 = 0;
  for (let position: u32 = 0; position < candidates.count; position++) {
    const backend = indexAt(candidates, position);
    const lot = lotOf(keyHash, backend);
    if (lot < best || !hasRoom(backend, activePerWeight)) continue;
    chosen = backend;
    best = lot;
  }
  return chosen;
}

/**
 * Times after which events of different frequency happen first: the earliest is each backend's as often as its weight
 * says. With equal weights the order is that of the lots, so that both ways agree.
 */
function pickWeighted(candidates: IndexList, keyHash: u32, activePerWeight: f64): u32 {
  let chosen: u32 = indexAt(candidates, 0);
  let earliest: f64 = Infinity;
  for (let position: u32 = 0; position < candidates.count; position++) {
    const backend = indexAt(candidates, position);
    // Half a step up, because there is no logarithm of 0.
    const time = -Math.log((<f64>lotOf(keyHash, backend) + 0.5) * UNIT) / <f64>weightOf(backend);
    if (time > earliest || !hasRoom(backend, activePerWeight)) continue;
    chosen = backend;
    earliest = time;
  }
  return chosen;
}
