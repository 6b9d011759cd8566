import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { checkRequestHead } from "../http/head-check.ts";
import { upstreamAuthority } from "../http/host-policy.ts";
import { applyUpstreamHeaders } from "../http/upstream-headers.ts";
import type { UpstreamStream } from "../upstream/client.ts";
import type { BackendTarget, UpstreamTarget } from "./generation.ts";
import type { Transaction } from "./transaction.ts";

/**
 * Phase `forward`: makes the head ready for the backend and sends it. The head is checked once more, last of all: it
 * may hold what filters wrote, and nothing malformed leaves the proxy.
 */
export function forward(
  transaction: Transaction,
  target: UpstreamTarget,
  backend: BackendTarget,
): UpstreamStream | Failure {
  const { request, connection, exchange } = transaction;
  request.authority = upstreamAuthority(target.hostPolicy, request.authority, backend.authority);
  applyUpstreamHeaders(
    request,
    target.forwardedMode,
    connection.forwarded,
    transaction.originalAuthority,
    transaction.requestId,
  );
  // The request was valid when it came: what is wrong now, a filter did.
  if (checkRequestHead(request, transaction.requestLength) !== undefined) return FAILURES.filterFailed;
  return backend.client.open(request, exchange.isBodyless, transaction);
}
