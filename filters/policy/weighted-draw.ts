import { backendCount, weightOf } from "./backend-table";
import { healthy, isEvenlyWeighted } from "./healthy-list";
import { indexAt, IndexList } from "./index-list";
import { randomBelow } from "./random-source";

// Sum of the weights up to and with each position of the healthy list.
let sums: usize = 0;

/** Makes room for as many backends as the table has. */
export function makeWeightedDraw(): void {
  sums = heap.alloc(max(<usize>backendCount * 4, 4));
}

/** To be called whenever the healthy list was made anew. */
export function refreshDraw(): void {
  let sum: u32 = 0;
  for (let position: u32 = 0; position < healthy.count; position++) {
    sum += weightOf(indexAt(healthy, position));
    store<u32>(sums + <usize>position * 4, sum);
  }
}

/** A healthy backend, each as often as its weight says. There must be one. Costs the logarithm of their number. */
export function drawHealthy(): u32 {
  const count = healthy.count;
  if (isEvenlyWeighted) return indexAt(healthy, randomBelow(count));
  const ticket = randomBelow(load<u32>(sums + <usize>(count - 1) * 4));
  let low: u32 = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (load<u32>(sums + <usize>middle * 4) > ticket) high = middle;
    else low = middle + 1;
  }
  return indexAt(healthy, low);
}

/** The same from any list that is not empty, at the cost of going through it twice. */
export function drawFrom(candidates: IndexList): u32 {
  let total: u32 = 0;
  for (let position: u32 = 0; position < candidates.count; position++) total += weightOf(indexAt(candidates, position));
  let ticket = randomBelow(total);
  for (let position: u32 = 0; position < candidates.count; position++) {
    const weight = weightOf(indexAt(candidates, position));
    if (ticket < weight) return indexAt(candidates, position);
    ticket -= weight;
  }
  return indexAt(candidates, 0);
}
