/**
 * Phase `log`: counters, and a line in the access log.
 * @module
 */
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { OUTCOME, type Outcome } from "../observe/outcome.ts";
import type { Transaction } from "./transaction.ts";

export function logRequest(transaction: Transaction, latencyMs: number): void {
  const { generation, target, backend, failure, response } = transaction;
  const status = failure === FAILURES.clientGone ? 0 : (response?.status ?? 0);
  if (!transaction.isRefused) {
    const outcome = outcomeOf(status, failure);
    generation.metrics.requestFinished(target?.index ?? -1, backend?.index ?? -1, status, outcome, latencyMs);
  }
  if (!generation.accessLog.isEnabled()) return;
  generation.accessLog.logAccess({
    requestId: transaction.requestId,
    traceId: "",
    spanId: "",
    method: transaction.originalMethod,
    path: transaction.originalPath,
    status,
    backend: backend?.id ?? "",
    upstream: target?.name ?? "",
    latencyMs,
    retries: 0,
    error: failure?.code ?? "",
  });
}

function outcomeOf(status: number, failure: Failure | undefined): Outcome {
  if (failure === undefined) return status >= 500 ? OUTCOME.failure : OUTCOME.success;
  if (failure === FAILURES.upstreamTimeout) return OUTCOME.timeout;
  return failure.source === "upstream" ? OUTCOME.backendError : OUTCOME.failure;
}
