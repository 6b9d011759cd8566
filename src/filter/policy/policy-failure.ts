import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";

/** What a request sees of a policy that trapped, ran out of time, or answered nonsense. */
export function policyFailure(what: string, cause: unknown): SpookyError {
  return new SpookyError(FAILURES.policyFailed, `${what}: ${describe(cause)}`, { cause });
}

/** What an operator sees of a policy that could not be started; failures that say more are left as they are. */
export function startFailure(what: string, cause: unknown): SpookyError {
  if (cause instanceof SpookyError) return cause;
  return new SpookyError(FAILURES.moduleStartFailed, `${what}: ${describe(cause)}`, { cause });
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
