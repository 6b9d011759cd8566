import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import type { Transaction } from "./transaction.ts";

/** Phase `admit`: undefined when the request may go on. */
export function admit(transaction: Transaction): Failure | undefined {
  if (transaction.requestLength > transaction.generation.maxRequestBodyBytes) return FAILURES.requestBodyTooLarge;
  return undefined;
}
