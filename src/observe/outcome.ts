/**
 * How a request ended, as small numbers that index counters, with the names that metrics and dashboards use.
 * @module
 */

export const OUTCOME = {
  success: 0,
  failure: 1,
  timeout: 2,
  backendError: 3,
  overloadShed: 4,
  rateLimited: 5,
} as const;

export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];

/** Values of the label `outcome`, by number. */
export const OUTCOME_NAMES: readonly string[] = [
  "success",
  "failure",
  "timeout",
  "backend_error",
  "overload_shed",
  "rate_limited",
];

/** Why a request was sent again. */
export const RETRY_REASON = { timeout: 0, transport: 1, pool: 2 } as const;

export type RetryReason = (typeof RETRY_REASON)[keyof typeof RETRY_REASON];

/** Values of the label `reason` of `spooky_retry_attempts_total`, by number. */
export const RETRY_REASON_NAMES: readonly string[] = ["timeout", "transport", "pool"];

/** Values of the label `status_class`, by number; see {@link statusClassOf}. */
export const STATUS_CLASS_NAMES: readonly string[] = ["1xx", "2xx", "3xx", "4xx", "5xx", "other", "unknown"];

const OTHER = 5;
const UNKNOWN = 6;

/** Index of a status's class (RFC 9110 §15). Status 0 stands for no answer at all and is `unknown`. */
export function statusClassOf(status: number): number {
  if (status === 0) return UNKNOWN;
  const hundreds = (status / 100) | 0;
  return hundreds >= 1 && hundreds <= 5 ? hundreds - 1 : OTHER;
}

/** Protocols that ALPN can settle on, in the order of the counters (RFC 9114 §3.1, RFC 9113 §3.2, RFC 7301 §6). */
export const ALPN_NAMES = ["h3", "h2", "http/1.1"] as const;

export type Alpn = (typeof ALPN_NAMES)[number];

/** Why a client's TLS handshake failed. */
export const HANDSHAKE_FAILURE_NAMES = [
  "missing_client_cert",
  "invalid_client_cert",
  "expired_client_cert",
  "unknown_issuer",
  "alpn",
  "handshake",
] as const;

export type HandshakeFailure = (typeof HANDSHAKE_FAILURE_NAMES)[number];
