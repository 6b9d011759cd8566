import { do_not_optimize, measure as mitataMeasure } from "mitata";

/** One thing to be measured. */
export interface Benchmark {
  readonly name: string;
  /** Does it once, and returns what came of it, so that it cannot be left out. */
  readonly run: () => unknown;
}

/** Times of one call, in nanoseconds. */
export interface Timing {
  readonly name: string;
  readonly averageNs: number;
  readonly medianNs: number;
  readonly p99Ns: number;
}

/** Measures one benchmark, warm-up included, for about half a second. */
export async function measure({ name, run }: Benchmark): Promise<Timing> {
  const { avg, p50, p99 } = await mitataMeasure(() => do_not_optimize(run()), {});
  return { name, averageNs: avg, medianNs: p50, p99Ns: p99 };
}
