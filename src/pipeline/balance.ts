import type { BackendTarget, UpstreamTarget } from "./generation.ts";

/** Phase `balance`: the balancer module chooses a backend; undefined when it has none to give. */
export function balance(target: UpstreamTarget): BackendTarget | undefined {
  const index = target.balancer.pick(0, 0);
  return index < 0 ? undefined : target.backends[index];
}
