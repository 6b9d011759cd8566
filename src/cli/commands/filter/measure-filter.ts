import { setImmediate } from "node:timers/promises";
import type { FilterConfig } from "../../../config/model.ts";
import { FAILURES } from "../../../errors/catalogue.ts";
import { SpookyError } from "../../../errors/spooky-error.ts";
import type { FilterChain } from "../../../filter/chain.ts";
import { createFilterChain } from "../../../filter/chain/filter-chain.ts";
import { loadFilter } from "../../../filter/chain/load-filter.ts";
import type { LoadedFilter } from "../../../filter/chain/loaded-filter.ts";
import { SampleExchange } from "../../../filter/chain/sample-exchange.ts";
import { createLocalServices, type LocalServices } from "./local-services.ts";
import { passExchange } from "./pass-exchange.ts";

const WARM_UP_REQUESTS = 5_000;
const WARM_UP_MS = 1_000;
const MEASURED_MS = 4_000;
/** After so many requests timers of the filter get their turn, outside of what is measured. */
const REQUESTS_PER_TURN = 256;

/** What a filter costs. Times are of whole exchanges, from opening the contexts to their end. */
export interface FilterMeasurement {
  /** Fewer than were asked for when they took too long. */
  readonly requestCount: number;
  /** Of these, those that the filter answered itself. */
  readonly replyCount: number;
  readonly meanUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Of the module's memory: configured, before the first request, and after the last. */
  readonly memoryBytesBefore: number;
  readonly memoryBytesAfter: number;
  /** The first warnings and errors that were logged. */
  readonly lines: readonly string[];
}

/**
 * Loads a filter as the proxy does and times `requestCount` exchanges, after some that warm it up, for a few seconds at
 * most. Throws what `loadFilter` throws, and `filterFailed` when the filter fails, or holds a message.
 */
export async function measureFilter(config: FilterConfig, requestCount: number): Promise<FilterMeasurement> {
  const services = createLocalServices();
  const filter = await loadFilter(config, services);
  const chain = createFilterChain([filter]);
  try {
    const memoryBytesBefore = memoryOf(filter);
    await time(chain, services, Math.min(requestCount, WARM_UP_REQUESTS), WARM_UP_MS);
    const { timesUs, replyCount } = await time(chain, services, requestCount, MEASURED_MS);
    const sorted = timesUs.toSorted();
    const quantile = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    return {
      requestCount: sorted.length,
      replyCount,
      meanUs: sorted.reduce((sum, each) => sum + each, 0) / Math.max(sorted.length, 1),
      p50Us: quantile(0.5),
      p99Us: quantile(0.99),
      memoryBytesBefore,
      memoryBytesAfter: memoryOf(filter),
      lines: [...services.lines],
    };
  } finally {
    chain.dispose();
  }
}

interface Times {
  readonly timesUs: Float64Array;
  readonly replyCount: number;
}

async function time(chain: FilterChain, services: LocalServices, most: number, mostMs: number): Promise<Times> {
  const timesUs = new Float64Array(most);
  const endsAtMs = performance.now() + mostMs;
  let count = 0;
  let replyCount = 0;
  for (let endedMs = 0; count < most && endedMs < endsAtMs; count++) {
    if (count % REQUESTS_PER_TURN === 0) await setImmediate();
    const exchange = new SampleExchange();
    const startedMs = performance.now();
    const verdict = passExchange(chain, exchange);
    endedMs = performance.now();
    timesUs[count] = (endedMs - startedMs) * 1000;
    if (verdict === "reply") replyCount++;
    if (verdict === "pause")
      throw failed(`it holds ${exchange.part}, and only filters that let go at once are measured`);
    if (verdict === "fail" || services.failure() !== undefined) {
      throw failed(services.failure() ?? `it could not run for ${exchange.part}`);
    }
  }
  return { timesUs: timesUs.subarray(0, count), replyCount };
}

function failed(detail: string): SpookyError {
  return new SpookyError(FAILURES.filterFailed, detail);
}

/** Size of the memory of the filter's instance. */
function memoryOf(filter: LoadedFilter): number {
  const vm = filter.acquire();
  if (vm === undefined) return 0;
  const { length } = vm.memory;
  filter.release(vm);
  return length;
}
