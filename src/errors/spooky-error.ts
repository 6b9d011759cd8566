import type { Failure } from "./failure.ts";

/** Where in the operator's files an error lies; lines and columns count from 1. */
export interface ErrorPlace {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** A failure as an exception: for start-up, loading and tools. The request path passes {@link Failure} by reference instead. */
export class SpookyError extends Error {
  readonly failure: Failure;
  /** What exactly was wrong, in one sentence. */
  readonly detail: string;
  readonly place: ErrorPlace | undefined;
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(failure: Failure, detail: string, options: { place?: ErrorPlace; hint?: string; cause?: unknown } = {}) {
    super(detail === "" ? failure.message : `${failure.message}: ${detail}`, { cause: options.cause });
    this.name = "SpookyError";
    this.failure = failure;
    this.detail = detail;
    this.place = options.place;
    this.hint = options.hint;
  }

  /** Stable code of the catalogue entry. */
  get code(): string {
    return this.failure.code;
  }
}
