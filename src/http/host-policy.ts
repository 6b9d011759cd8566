/**
 * - `pass_through`: the authority that the client asked for. The default
 * - `rewrite`: the configured `host`
 * - `upstream`: the authority of the chosen backend
 */
export interface HostPolicy {
  readonly mode: "pass_through" | "rewrite" | "upstream";
  /** Only for `rewrite`. */
  readonly host: string;
}

/** Authority for the upstream request; asked again for each backend that is tried. */
export function upstreamAuthority(policy: HostPolicy, requested: string, backendAuthority: string): string {
  switch (policy.mode) {
    case "pass_through":
      return requested === "" ? backendAuthority : requested;
    case "rewrite":
      return policy.host;
    case "upstream":
      return backendAuthority;
  }
}
