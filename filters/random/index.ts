import { NONE, POLICY_ABI_VERSION } from "../policy/abi";
import { makeTable } from "../policy/backend-table";
import { healthy, listEligible, makeHealthyList, refreshHealthy } from "../policy/healthy-list";
import { seedRandom } from "../policy/random-source";
import { drawFrom, drawHealthy, makeWeightedDraw, refreshDraw } from "../policy/weighted-draw";

export function spooky_policy_abi(): i32 {
  return POLICY_ABI_VERSION;
}

export function spooky_balance_init(count: i32, seed: i32): usize {
  const table = makeTable(count);
  makeHealthyList();
  makeWeightedDraw();
  seedRandom(seed);
  return table;
}

export function spooky_balance_pick(keyHash: i32, excludedMask: i32): i32 {
  if (refreshHealthy()) refreshDraw();
  if (healthy.count == 0) return NONE;
  if (excludedMask == 0) return <i32>drawHealthy();
  const candidates = listEligible(excludedMask);
  return candidates.count == 0 ? NONE : <i32>drawFrom(candidates);
}
