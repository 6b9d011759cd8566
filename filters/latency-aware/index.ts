import { NONE, POLICY_ABI_VERSION } from "../policy/abi";
import { activeOf, latencyOf, makeTable, weightOf } from "../policy/backend-table";
import { healthy, listEligible, makeHealthyList, refreshHealthy } from "../policy/healthy-list";
import { indexAt, IndexList } from "../policy/index-list";
import { seedRandom } from "../policy/random-source";
import { makeUnmeasured, pickUnmeasured, refreshUnmeasured } from "../policy/unmeasured";
import { drawFrom, drawHealthy, makeWeightedDraw, refreshDraw } from "../policy/weighted-draw";

// What a backend counts for that had its tries and gave no measure: an hour, longer than any request.
const UNKNOWN_LATENCY: f64 = 3600000;

let averageWeight: f64 = 1;

export function spooky_policy_abi(): i32 {
  return POLICY_ABI_VERSION;
}

export function spooky_balance_init(count: i32, seed: i32): usize {
  const table = makeTable(count);
  makeHealthyList();
  makeWeightedDraw();
  makeUnmeasured(seed);
  seedRandom(seed);
  return table;
}

function refresh(): void {
  refreshDraw();
  refreshUnmeasured();
  let sum: f64 = 0;
  for (let position: u32 = 0; position < healthy.count; position++) sum += <f64>weightOf(indexAt(healthy, position));
  averageWeight = sum / <f64>max<u32>(healthy.count, 1);
}

/**
 * How long a new request would have to wait, roughly: the latency times one more than what is in flight. Only what is
 * in flight is set against the weight. The draw went by weight already, and would count it twice among idle backends.
 */
function costOf(backend: u32): f64 {
  const latency = latencyOf(backend);
  const load = (<f64>activeOf(backend) * averageWeight) / <f64>weightOf(backend);
  return (latency < 0 ? UNKNOWN_LATENCY : latency) * (load + 1);
}

function draw(candidates: IndexList): u32 {
  return candidates == healthy ? drawHealthy() : drawFrom(candidates);
}

function pickOfTwo(candidates: IndexList): u32 {
  const first = draw(candidates);
  let second = draw(candidates);
  // Once more only: a slow backend that is drawn three times is taken, or nobody would see that it got faster.
  if (second == first) second = draw(candidates);
  return second != first && costOf(second) < costOf(first) ? second : first;
}

export function spooky_balance_pick(keyHash: i32, excludedMask: i32): i32 {
  if (refreshHealthy()) refresh();
  const unmeasured = pickUnmeasured(excludedMask);
  if (unmeasured != NONE) return unmeasured;
  const candidates = listEligible(excludedMask);
  return candidates.count == 0 ? NONE : <i32>pickOfTwo(candidates);
}
