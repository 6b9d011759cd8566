import { NONE, POLICY_ABI_VERSION } from "../policy/abi";
import { isExcluded, makeTable } from "../policy/backend-table";
import { healthy, isEvenlyWeighted, listEligible, makeHealthyList, refreshHealthy } from "../policy/healthy-list";
import { indexAt } from "../policy/index-list";
import { makeSmoothOrder, pickSmooth } from "../policy/smooth-order";

// With unequal weights the order begins at most this many turns on.
const LEAD_MAX: u32 = 64;

// Position in the healthy list of whose turn is next.
let turn: u32 = 0;
let lead: u32 = 0;

export function spooky_policy_abi(): i32 {
  return POLICY_ABI_VERSION;
}

export function spooky_balance_init(count: i32, seed: i32): usize {
  const table = makeTable(count);
  makeHealthyList();
  makeSmoothOrder();
  // Shards begin at different places, or the first backend would get the first request of each of them.
  turn = count > 0 ? <u32>seed % <u32>count : 0;
  lead = turn % LEAD_MAX;
  return table;
}

function takeLead(): void {
  for (; lead > 0; lead--) pickSmooth(healthy);
}

export function spooky_balance_pick(keyHash: i32, excludedMask: i32): i32 {
  if (refreshHealthy() && turn >= healthy.count) turn = healthy.count == 0 ? 0 : turn % healthy.count;
  if (!isEvenlyWeighted) {
    if (lead > 0) takeLead();
    const candidates = listEligible(excludedMask);
    return candidates.count == 0 ? NONE : <i32>pickSmooth(candidates);
  }
  const count = healthy.count;
  for (let step: u32 = 0; step < count; step++) {
    const backend = indexAt(healthy, turn);
    turn = turn + 1 == count ? 0 : turn + 1;
    if (!isExcluded(backend, excludedMask)) return <i32>backend;
  }
  return NONE;
}
