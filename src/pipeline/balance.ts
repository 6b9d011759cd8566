import type { Connection } from "../http/exchange.ts";
import type { RequestHead } from "../http/head.ts";
import type { BackendTarget, UpstreamTarget } from "./generation.ts";

/** Phase `balance`: the balancer module chooses a backend; undefined when it has none to give. */
export function balance(
  { balancer, backends, key }: UpstreamTarget,
  request: RequestHead,
  connection: Connection,
): BackendTarget | undefined {
  const index = balancer.pick(key === undefined ? 0 : key(request, connection), 0);
  return index < 0 ? undefined : backends[index];
}
