import { NONE, POLICY_ABI_VERSION } from "../policy/abi";
import { makeTable } from "../policy/backend-table";
import { listEligible, makeHealthyList, refreshHealthy } from "../policy/healthy-list";
import { NO_LIMIT, pickByKey } from "../policy/key-order";

export function spooky_policy_abi(): i32 {
  return POLICY_ABI_VERSION;
}

export function spooky_balance_init(count: i32, seed: i32): usize {
  const table = makeTable(count);
  makeHealthyList();
  return table;
}

export function spooky_balance_pick(keyHash: i32, excludedMask: i32): i32 {
  refreshHealthy();
  const candidates = listEligible(excludedMask);
  return candidates.count == 0 ? NONE : <i32>pickByKey(candidates, keyHash, NO_LIMIT);
}
