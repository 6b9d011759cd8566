import { backendCount, weightOf } from "./backend-table";
import { indexAt, IndexList } from "./index-list";

// What each backend has saved up: its weight at every pick it stood for, less everybody's when it was chosen.
let credits: usize = 0;

/** Makes room for as many backends as the table has. */
export function makeSmoothOrder(): void {
  credits = heap.alloc(max(<usize>backendCount * 4, 4));
  memory.fill(credits, 0, <usize>backendCount * 4);
}

/**
 * Smooth weighted round robin: with weights 5, 1 and 1 it gives a a b a c a a, never five of one in a row. Of equal
 * credits the first wins. The candidates must not be empty.
 */
export function pickSmooth(candidates: IndexList): u32 {
  let total: i32 = 0;
  let chosen: u32 = 0;
  let chosenCredit: i32 = i32.MIN_VALUE;
  for (let position: u32 = 0; position < candidates.count; position++) {
    const backend = indexAt(candidates, position);
    const weight = <i32>weightOf(backend);
    const credit = load<i32>(credits + <usize>backend * 4) + weight;
    store<i32>(credits + <usize>backend * 4, credit);
    total += weight;
    if (credit > chosenCredit) {
      chosen = backend;
      chosenCredit = credit;
    }
  }
  store<i32>(credits + <usize>chosen * 4, chosenCredit - total);
  return chosen;
}
