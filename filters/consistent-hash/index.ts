import { NONE, POLICY_ABI_VERSION } from "../policy/abi";
import { activeOf, makeTable, weightOf } from "../policy/backend-table";
import { listEligible, makeHealthyList, refreshHealthy } from "../policy/healthy-list";
import { indexAt, IndexList } from "../policy/index-list";
import { pickByKey } from "../policy/key-order";

// How many times the average of its weight a backend may have in flight.
const LOAD_FACTOR: f64 = 1.25;

export function spooky_policy_abi(): i32 {
  return POLICY_ABI_VERSION;
}

export function spooky_balance_init(count: i32, seed: i32): usize {
  const table = makeTable(count);
  makeHealthyList();
  return table;
}

/** Requests in flight that one unit of weight may have, the new request counted in. */
function activeLimit(candidates: IndexList): f64 {
  let active: u64 = 1;
  let weight: u64 = 0;
  for (let position: u32 = 0; position < candidates.count; position++) {
    const backend = indexAt(candidates, position);
    active += activeOf(backend);
    weight += weightOf(backend);
  }
  return (LOAD_FACTOR * <f64>active) / <f64>weight;
}

export function spooky_balance_pick(keyHash: i32, excludedMask: i32): i32 {
  refreshHealthy();
  const candidates = listEligible(excludedMask);
  if (candidates.count == 0) return NONE;
  return <i32>pickByKey(candidates, keyHash, activeLimit(candidates));
}
