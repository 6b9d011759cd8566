import type { Transaction } from "./transaction.ts";

/** Phase `route`: the router module chooses the upstream. No match is no failure yet: a filter may still answer. */
export function route(transaction: Transaction): void {
  const { generation, request } = transaction;
  const index = generation.router.match(request.authority, request.path, request.method);
  transaction.target = index < 0 ? undefined : generation.targets[index];
}
