/**
 * The phases of a request, in order. Code, documentation, metrics and traces all use these names; each has a file of
 * its own in this folder.
 * @module
 */
export const PHASES = [
  /** The router module chooses the upstream. */
  "route",
  /** The listener's filters see the request, then those of the upstream. */
  "filter-request",
  /** The request is let in or shed. */
  "admit",
  /** The balancer module chooses the backend. */
  "balance",
  /** The request goes to the backend and its answer comes back. */
  "forward",
  /** The same filters see the answer, in reverse order. */
  "filter-response",
  /** Counters and the access log. */
  "log",
] as const;

export type Phase = (typeof PHASES)[number];
