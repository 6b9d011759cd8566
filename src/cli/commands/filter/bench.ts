import { FAILURES } from "../../../errors/catalogue.ts";
import { SpookyError } from "../../../errors/spooky-error.ts";
import type { ConfigValue } from "../../../config/model.ts";
import { type Command, EXIT, UsageError } from "../command.ts";
import { readArguments } from "../read-arguments.ts";
import { formatBytes } from "./format-bytes.ts";
import type { FilterMeasurement } from "./measure-filter.ts";

const DEFAULT_REQUESTS = 20_000;
const MAX_REQUESTS = 1_000_000;

/** `spooky filter bench`: what a filter costs each request, run by the same code that runs it in the proxy. */
export const FILTER_BENCH: Command = {
  name: "filter bench",
  usage: "FILE [--config JSON] [--requests N]",
  summary: `Run a filter over ${DEFAULT_REQUESTS} or N requests and say how long one takes`,
  async run(argv) {
    const { words, flags } = readArguments(argv, { config: "value", requests: "value" }, [1, 1]);
    const path = words[0] ?? "";
    const config = readConfig(flags.get("config"));
    const requests = readCount(flags.get("requests"));
    // Loaded only now: no other command needs the machinery that runs modules.
    const { measureFilter } = await import("./measure-filter.ts");
    const { filterConfigOf } = await import("./filter-config.ts");
    const measured = await measureFilter(filterConfigOf(path, config), requests).catch((error: unknown) => {
      throw config === undefined ? withConfigHint(error) : error;
    });
    process.stdout.write(measurementText(requests, measured));
    return EXIT.ok;
  },
};

function readConfig(text: string | undefined): ConfigValue | undefined {
  if (text === undefined) return undefined;
  try {
    const value: ConfigValue = JSON.parse(text);
    return value;
  } catch (error) {
    throw new UsageError(`--config is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readCount(text: string | undefined): number {
  if (text === undefined) return DEFAULT_REQUESTS;
  const count = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > MAX_REQUESTS) throw new UsageError(`--requests is a number from 1 to ${MAX_REQUESTS}`);
  return count;
}

/** Most filters that refuse their config here have been given none. */
function withConfigHint(error: unknown): unknown {
  if (!(error instanceof SpookyError) || error.failure !== FAILURES.moduleConfigRefused) return error;
  return new SpookyError(error.failure, error.detail, { cause: error, hint: "it was given none; see --config" });
}

/** The result for people. Requests that were not made, and what the filter did besides, have lines only if there is any. */
function measurementText(asked: number, measured: FilterMeasurement): string {
  const { requestCount, replyCount, meanUs, p50Us, p99Us, memoryBytesBefore, memoryBytesAfter, lines } = measured;
  const missing = requestCount < asked ? ` of ${asked}, then the time was up` : "";
  const memory = [memoryBytesBefore, memoryBytesAfter].map((bytes) => `${bytes} bytes (${formatBytes(bytes)})`);
  const rows = [
    `requests   ${requestCount}${missing}`,
    `time each  mean ${micros(meanUs)}, p50 ${micros(p50Us)}, p99 ${micros(p99Us)}`,
    `memory     ${memory[0]} before, ${memory[1]} after`,
    ...(replyCount === 0 ? [] : [`answered   ${replyCount} by the filter itself`]),
    ...lines.map((line) => `logged     ${line}`),
  ];
  return `${rows.join("\n")}\n`;
}

function micros(value: number): string {
  return `${value.toFixed(2)} µs`;
}
