import { CELL } from "../metrics-layout.ts";
import { OUTCOME, RETRY_REASON, RETRY_REASON_NAMES } from "../outcome.ts";
import { plainFamily, type ValueFamily } from "./metric-family.ts";
import { failuresOf, type SummedCounters } from "./summed-counters.ts";

/** Requests as a whole, and by shard. */
export function createRequestFamilies(counters: SummedCounters): ValueFamily[] {
  return [...requestFamilies(counters), ...workerFamilies(counters)];
}

function requestFamilies(counters: SummedCounters): ValueFamily[] {
  const requestFailures = (): number => counters.shards.reduce((total, cells) => total + failuresOf(cells), 0);
  const retriedTransport = (): number => counters.retried(RETRY_REASON.transport) + counters.retried(RETRY_REASON.pool);
  return [
    count("spooky_requests_total", "Requests seen.", () => counters.sum(CELL.requestsStarted)),
    count("spooky_requests_success", "Requests that ended well.", () => counters.finished(OUTCOME.success)),
    count("spooky_requests_failure", "Requests that failed, were rejected or were denied.", requestFailures),
    count("spooky_request_validation_rejects", "Requests that broke the protocol's rules.", () =>
      counters.sum(CELL.requestsRejected),
    ),
    count("spooky_policy_denied", "Requests denied by method and path policies.", () =>
      counters.sum(CELL.requestsDenied),
    ),
    count("spooky_request_rate_limited", "Requests refused by rate limits.", () =>
      counters.finished(OUTCOME.rateLimited),
    ),
    count("spooky_overload_shed", "Requests refused by overload controls.", () =>
      counters.finished(OUTCOME.overloadShed),
    ),
    count(
      "spooky_backend_errors",
      "Backend errors, also those that a retry made good.",
      () => counters.finished(OUTCOME.backendError) + retriedTransport(),
    ),
    count(
      "spooky_backend_timeouts",
      "Backend timeouts, also those that a retry made good.",
      () => counters.finished(OUTCOME.timeout) + counters.retried(RETRY_REASON.timeout),
    ),
    count(
      "spooky_retries_total",
      "Requests sent again.",
      () => retriedTransport() + counters.retried(RETRY_REASON.timeout),
    ),
    {
      type: "counter",
      name: "spooky_retry_attempts_total",
      help: "Requests sent again, by the reason.",
      labelNames: ["reason"],
      collect: (emit) => RETRY_REASON_NAMES.forEach((reason, index) => emit({ reason }, counters.retried(index))),
    },
  ];
}

function workerFamilies(counters: SummedCounters): ValueFamily[] {
  const family = (name: string, help: string, read: (cells: Float64Array) => number): ValueFamily => ({
    type: "counter",
    name,
    help,
    labelNames: ["worker"],
    collect: (emit) => counters.shards.forEach((cells, index) => emit({ worker: String(index) }, read(cells))),
  });
  return [
    family("spooky_worker_requests_total", "Requests seen, by shard.", (cells) => cells[CELL.requestsStarted] ?? 0),
    family(
      "spooky_worker_requests_success",
      "Requests that ended well, by shard.",
      (cells) => cells[CELL.requestsFinished + OUTCOME.success] ?? 0,
    ),
    family("spooky_worker_requests_failure", "Requests that failed, by shard.", failuresOf),
  ];
}

function count(name: string, help: string, read: () => number): ValueFamily {
  return plainFamily("counter", name, help, read);
}
