import type { Failure } from "../../errors/failure.ts";
import type { z } from "../zod.ts";

/**
 * A schema whose result is known by name. Convention of this folder: the message of a built-in check is the phrase that
 * says what was expected; rules of our own go through {@link refuse}.
 */
export type Schema<T> = z.ZodType<T>;

/** What a rule of our own says of a value, besides its message; travels in the issue's `params`. */
export interface Refusal {
  readonly failure: Failure;
  readonly expected?: string;
  readonly hint?: string;
}

/** Part of a zod refinement context that {@link refuse} needs. */
interface IssueSink {
  addIssue(issue: { code: "custom"; message: string; path: PropertyKey[]; params: Record<string, unknown> }): void;
}

/** Reports a broken rule at `path`, which counts from the value that is being checked. */
export function refuse(sink: IssueSink, path: readonly PropertyKey[], message: string, refusal: Refusal): void {
  sink.addIssue({ code: "custom", message, path: [...path], params: { refusal } });
}

/** The refusal that an issue's `params` hold, if it is one of ours. */
export function refusalOf(params: unknown): Refusal | undefined {
  if (typeof params !== "object" || params === null || !("refusal" in params)) return undefined;
  return params.refusal as Refusal;
}
