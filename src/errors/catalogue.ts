/**
 * Every failure there is, in one table: what a client is answered with, and what an operator reads at start. Listed for
 * readers in `docs/errors.md`; a test holds the two together. Add an entry to the part that it belongs to.
 * @module
 */
import type { Failure } from "./failure.ts";
import { REQUEST_FAILURES } from "./request-failures.ts";
import { STARTUP_FAILURES } from "./startup-failures.ts";

type Checked<T extends Readonly<Record<string, Failure>>> = T;

/** The catalogue. Entries are compared by identity and never change at run time. */
export const FAILURES: Checked<typeof REQUEST_FAILURES & typeof STARTUP_FAILURES> = {
  ...REQUEST_FAILURES,
  ...STARTUP_FAILURES,
};

/** Key of a catalogue entry. */
export type FailureName = keyof typeof FAILURES;
