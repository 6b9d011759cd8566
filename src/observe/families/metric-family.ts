/**
 * What a metric is, before it becomes text: a name, a type, labels, and a way to read its values.
 * @module
 */

export type Labels = Readonly<Record<string, string>>;

/** Takes one value. Values of one family with the same labels are added up. */
export type Emit = (labels: Labels, value: number) => void;
/** Takes one histogram: counts by bucket, not cumulative, one more than there are bounds; and the sum. */
export type EmitHistogram = (labels: Labels, bucketCounts: readonly number[], sum: number) => void;

interface FamilyName {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

export interface ValueFamily extends FamilyName {
  readonly type: "counter" | "gauge";
  collect(emit: Emit): void;
}

export interface HistogramFamily extends FamilyName {
  readonly type: "histogram";
  readonly bounds: readonly number[];
  collect(emit: EmitHistogram): void;
}

export type MetricFamily = ValueFamily | HistogramFamily;

/** A family with one value and no labels. */
export function plainFamily(type: ValueFamily["type"], name: string, help: string, read: () => number): ValueFamily {
  return { type, name, help, labelNames: [], collect: (emit) => emit({}, read()) };
}
