const MAX_METRICS_PER_FILTER = 1024;
const MAX_NAME_BYTES = 256;

export type FilterMetricType = "counter" | "gauge" | "histogram";

/** One metric that a filter defined. Of a histogram only `count` and `sum` are kept. */
export interface FilterMetric {
  readonly filter: string;
  readonly name: string;
  readonly type: FilterMetricType;
  /** Counter and gauge: the value. Histogram: the last value recorded. */
  value: number;
  /** Values recorded so far. */
  count: number;
  /** Their sum. */
  sum: number;
}

/**
 * Metrics that the filters of one shard define. They outlive the instance that defined them: a counter goes on after a
 * trap. Bounded for each filter.
 */
export class MetricStore {
  readonly #metrics: FilterMetric[] = [];
  readonly #ids = new Map<string, number>();
  readonly #countByFilter = new Map<string, number>();

  /** Id of the filter's metric of that name, made if there is none; -1 when the filter may have no more. */
  define(filter: string, type: FilterMetricType, name: string): number {
    if (name.length === 0 || name.length > MAX_NAME_BYTES) return -1;
    const key = `${filter}\0${name}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return this.#metrics[known]?.type === type ? known : -1;
    const count = this.#countByFilter.get(filter) ?? 0;
    if (count >= MAX_METRICS_PER_FILTER) return -1;
    this.#countByFilter.set(filter, count + 1);
    const id = this.#metrics.length;
    this.#metrics.push({ filter, name, type, value: 0, count: 0, sum: 0 });
    this.#ids.set(key, id);
    return id;
  }

  /** The metric, if it is one of the filter's own. */
  get(filter: string, id: number): FilterMetric | undefined {
    const metric = this.#metrics[id];
    return metric?.filter === filter ? metric : undefined;
  }

  /** All of them, in the order of their definition. */
  all(): readonly FilterMetric[] {
    return this.#metrics;
  }
}
