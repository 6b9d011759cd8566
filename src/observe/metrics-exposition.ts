/**
 * The text that Prometheus scrapes. The only file that knows prom-client, which renders and escapes.
 * @module
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { HistogramFamily, Labels, MetricFamily } from "./families/metric-family.ts";

export interface MetricsExposition {
  /** Prometheus text format 0.0.4. */
  readonly contentType: string;
  render(): Promise<string>;
}

export function createMetricsExposition(families: readonly MetricFamily[]): MetricsExposition {
  const registry = new Registry();
  for (const family of families) register(registry, family);
  return { contentType: registry.contentType, render: () => registry.metrics() };
}

function register(registry: Registry, family: MetricFamily): void {
  const { name, help } = family;
  const labelNames = [...family.labelNames];
  const registers = [registry];
  switch (family.type) {
    case "counter": {
      const counter = new Counter({
        name,
        help,
        labelNames,
        registers,
        collect() {
          counter.reset();
          family.collect((labels, value) => counter.inc(labels, value));
        },
      });
      return;
    }
    case "gauge": {
      const gauge = new Gauge({
        name,
        help,
        labelNames,
        registers,
        collect() {
          gauge.reset();
          family.collect((labels, value) => gauge.inc(labels, value));
        },
      });
      return;
    }
    case "histogram":
      registry.registerMetric(new CountedHistogram(family));
  }
}

interface HistogramLine {
  readonly metricName: string;
  readonly labels: Labels;
  readonly value: number;
}

/** A histogram whose buckets were counted elsewhere; prom-client's own can only observe values one by one. */
class CountedHistogram extends Histogram {
  readonly #family: HistogramFamily;

  constructor(family: HistogramFamily) {
    const { name, help } = family;
    super({ name, help, labelNames: [...family.labelNames], buckets: [...family.bounds], registers: [] });
    this.#family = family;
  }

  /** Takes the place of the base class's method, which its types do not show and the registry asks for values. */
  getForPromString(): Promise<{ name: string; help: string; type: string; values: HistogramLine[] }> {
    const { name, help, bounds } = this.#family;
    const values: HistogramLine[] = [];
    this.#family.collect((labels, counts, sum) => {
      let total = 0;
      counts.forEach((count, place) => {
        total += count;
        values.push({ metricName: `${name}_bucket`, labels: withBound(labels, bounds[place]), value: total });
      });
      values.push({ metricName: `${name}_sum`, labels, value: sum });
      values.push({ metricName: `${name}_count`, labels, value: total });
    });
    return Promise.resolve({ name, help, type: "histogram", values });
  }
}

function withBound(labels: Labels, bound: number | undefined): Labels {
  return { ...labels, le: bound === undefined ? "+Inf" : String(bound) };
}
