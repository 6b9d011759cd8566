/**
 * What a failure is: one entry of the catalogue, made once at load and passed around by reference, so that a request
 * that fails costs no allocation and no stack trace.
 * @module
 */

/** Where the cause lies. `client` failures are never the operator's fault; `internal` ones always are ours. */
export type FailureSource = "client" | "upstream" | "filter" | "config" | "system" | "internal";

/** One entry of the error catalogue. */
export interface Failure {
  /** Stable name, never reused for another meaning: `SPK_<AREA>_<WHAT>`. */
  readonly code: string;
  /** Status that a client is answered with (RFC 9110 §15); 0 for failures that no client ever sees. */
  readonly status: number;
  /** One short sentence for the client or the operator. Never holds anything of the request. */
  readonly message: string;
  readonly source: FailureSource;
  /** True when nothing was processed, so that the same request may be sent again, to this or another backend. */
  readonly retryable: boolean;
}
