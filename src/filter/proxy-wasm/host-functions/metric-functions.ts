import { Status } from "../abi.ts";
import type { FilterVm } from "../filter-vm.ts";
import type { HostFunctions } from "../guest-function.ts";
import type { FilterMetric, FilterMetricType } from "../metric-store.ts";

const TYPES: readonly FilterMetricType[] = ["counter", "gauge", "histogram"];

/** Metrics that a filter defines. Values are kept as numbers: exact to 2^53. */
export function metricFunctions(vm: FilterVm): HostFunctions {
  const { memory } = vm;
  const { metrics } = vm.services;
  const filter = vm.plugin.name;
  const find = (id: number): FilterMetric | undefined => metrics.get(filter, id);
  return {
    proxy_define_metric(type: number, pointer: number, size: number, out: number): number {
      const metricType = TYPES[type];
      pointer >>>= 0;
      size >>>= 0;
      out >>>= 0;
      if (metricType === undefined) return Status.badArgument;
      if (!memory.covers(pointer, size) || !memory.covers(out, 4)) return Status.invalidMemoryAccess;
      const id = metrics.define(filter, metricType, memory.readText(pointer, size));
      if (id < 0) return Status.internalFailure;
      memory.view.setUint32(out, id, true);
      return Status.ok;
    },
    proxy_increment_metric(id: number, offset: bigint): number {
      const metric = find(id);
      if (metric === undefined) return Status.notFound;
      if (metric.type === "histogram" || (metric.type === "counter" && offset < 0n)) return Status.badArgument;
      metric.value += Number(offset);
      return Status.ok;
    },
    proxy_record_metric(id: number, bits: bigint): number {
      const metric = find(id);
      if (metric === undefined) return Status.notFound;
      // Envoy sets counters this way too.
      const value = Number(BigInt.asUintN(64, bits));
      metric.value = value;
      metric.count++;
      metric.sum += value;
      return Status.ok;
    },
    proxy_get_metric(id: number, out: number): number {
      const metric = find(id);
      out >>>= 0;
      if (metric === undefined) return Status.notFound;
      if (!memory.covers(out, 8)) return Status.invalidMemoryAccess;
      memory.view.setBigInt64(out, BigInt(metric.value), true);
      return Status.ok;
    },
  };
}
