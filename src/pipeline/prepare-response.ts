import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import type { ResponseHead } from "../http/head.ts";
import { checkResponseHead } from "../http/head-check.ts";
import type { Transaction } from "./transaction.ts";

/**
 * Makes a response head ready for the client. `alt-svc` is this proxy's to say (RFC 7838): what a backend announces
 * holds for the way to the backend. Undefined, or the failure when a filter left a head that must not be sent.
 */
export function prepareResponse(transaction: Transaction, response: ResponseHead): Failure | undefined {
  const { headers } = response;
  headers.delete("alt-svc");
  if (transaction.connection.version !== "HTTP/3") headers.append("alt-svc", transaction.generation.altSvc);
  return checkResponseHead(response, transaction.responseLength) === undefined ? undefined : FAILURES.filterFailed;
}
