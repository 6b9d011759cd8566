import { NONE, POLICY_ABI_VERSION } from "../policy/abi";
import { activeOf, backendCount, makeTable, weightOf } from "../policy/backend-table";
import { healthy, listEligible, makeHealthyList, refreshHealthy } from "../policy/healthy-list";
import { indexAt, IndexList, makeIndexList, pushIndex } from "../policy/index-list";
import { seedRandom } from "../policy/random-source";
import { makeSmoothOrder, pickSmooth } from "../policy/smooth-order";
import { drawHealthy, makeWeightedDraw, refreshDraw } from "../policy/weighted-draw";

// Up to here all are looked at; with more, two are drawn and the better one taken, at a cost that does not grow.
const FULL_SCAN_COUNT: u32 = 32;

let ties: IndexList = changetype<IndexList>(0);

export function spooky_policy_abi(): i32 {
  return POLICY_ABI_VERSION;
}

export function spooky_balance_init(count: i32, seed: i32): usize {
  const table = makeTable(count);
  makeHealthyList();
  makeSmoothOrder();
  makeWeightedDraw();
  ties = makeIndexList(backendCount);
  seedRandom(seed);
  return table;
}

/** Negative when the left one has fewer requests in flight for its weight, 0 when both have as many. */
function compareLoad(left: u32, right: u32): i64 {
  return <i64>activeOf(left) * <i64>weightOf(right) - <i64>activeOf(right) * <i64>weightOf(left);
}

function pickLeast(candidates: IndexList): u32 {
  ties.count = 0;
  pushIndex(ties, indexAt(candidates, 0));
  for (let position: u32 = 1; position < candidates.count; position++) {
    const backend = indexAt(candidates, position);
    const order = compareLoad(backend, indexAt(ties, 0));
    if (order > 0) continue;
    if (order < 0) ties.count = 0;
    pushIndex(ties, backend);
  }
  return ties.count == 1 ? indexAt(ties, 0) : pickSmooth(ties);
}

function pickOfTwo(): u32 {
  const first = drawHealthy();
  const second = drawHealthy();
  return compareLoad(second, first) < 0 ? second : first;
}

export function spooky_balance_pick(keyHash: i32, excludedMask: i32): i32 {
  if (refreshHealthy()) refreshDraw();
  if (healthy.count > FULL_SCAN_COUNT && excludedMask == 0) return <i32>pickOfTwo();
  const candidates = listEligible(excludedMask);
  return candidates.count == 0 ? NONE : <i32>pickLeast(candidates);
}
