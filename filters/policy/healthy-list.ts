import { backendCount, isExcluded, isHealthy, tableGeneration, weightOf } from "./backend-table";
import { indexAt, IndexList, makeIndexList, pushIndex } from "./index-list";

/** Healthy backends, in the order of the table. Made anew only when the table's generation changed. */
export let healthy: IndexList = changetype<IndexList>(0);
/** True when all healthy backends weigh the same: the common case, which costs less. */
export let isEvenlyWeighted: bool = true;

let eligible: IndexList = changetype<IndexList>(0);
let seenGeneration: u32 = 0;

/** Makes room for as many backends as the table has. */
export function makeHealthyList(): void {
  healthy = makeIndexList(backendCount);
  eligible = makeIndexList(backendCount);
}

/** Looks at the table again when the host changed it. True when it did. */
export function refreshHealthy(): bool {
  const generation = tableGeneration();
  if (generation == seenGeneration) return false;
  seenGeneration = generation;
  collectHealthy();
  return true;
}

function collectHealthy(): void {
  healthy.count = 0;
  isEvenlyWeighted = true;
  for (let backend: u32 = 0; backend < backendCount; backend++) {
    if (!isHealthy(backend)) continue;
    if (healthy.count > 0 && weightOf(backend) != weightOf(indexAt(healthy, 0))) isEvenlyWeighted = false;
    pushIndex(healthy, backend);
  }
}

/** The healthy backends that are not excluded. What it gives is written over by the next call. */
export function listEligible(excludedMask: u32): IndexList {
  if (excludedMask == 0) return healthy;
  eligible.count = 0;
  for (let position: u32 = 0; position < healthy.count; position++) {
    const backend = indexAt(healthy, position);
    if (!isExcluded(backend, excludedMask)) pushIndex(eligible, backend);
  }
  return eligible;
}
