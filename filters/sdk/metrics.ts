import { encode, encodedAddress, encodedLength } from "./bytes";
import { proxy_define_metric, proxy_get_metric, proxy_increment_metric, proxy_record_metric } from "./env";
import { allocate } from "./scratch";
import { Status } from "./status";

/** Kinds of metrics; the numbers are the ABI's. */
export enum MetricType {
  Counter = 0,
  Gauge = 1,
  Histogram = 2,
}

/** A metric of the filter's, up to 1024 of them. Define it once, when the filter is configured. */
export class Metric {
  private id: u32 = 0;
  /** Whether the host has it; all else does nothing when not. */
  readonly isDefined: bool;

  constructor(type: MetricType, name: string) {
    encode(name);
    const out = allocate(4);
    this.isDefined = proxy_define_metric(type, encodedAddress, encodedLength, out) == Status.Ok;
    if (this.isDefined) this.id = load<u32>(out);
  }

  /** Counters only grow; gauges go both ways. */
  increment(offset: i64 = 1): Status {
    return this.isDefined ? proxy_increment_metric(this.id, offset) : Status.NotFound;
  }

  /** Sets a gauge, or adds a value to a histogram. */
  record(value: u64): Status {
    return this.isDefined ? proxy_record_metric(this.id, value) : Status.NotFound;
  }

  /** The value now, or 0. */
  value(): u64 {
    const out = allocate(8);
    return this.isDefined && proxy_get_metric(this.id, out) == Status.Ok ? load<u64>(out) : 0;
  }
}
