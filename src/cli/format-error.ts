import { formatPlace } from "../config/diagnostic.ts";
import { FAILURES } from "../errors/catalogue.ts";
import { SpookyError } from "../errors/spooky-error.ts";

/** One line for whatever ended the program: place, code, what is wrong, and what to do. */
export function formatError(error: unknown): string {
  if (!(error instanceof SpookyError)) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `error ${FAILURES.internal.code}: ${detail}`;
  }
  const place = error.place === undefined ? "" : `${formatPlace(error.place)}: `;
  const hint = error.hint === undefined ? "" : ` (${error.hint})`;
  return `${place}error ${error.code}: ${error.message}${hint}`;
}
