import type { Failure } from "../errors/failure.ts";
import type { Attempt, AttemptObserver } from "./attempt.ts";

/** Stands in for an attempt that failed before it began; {@link failLater} tells so. */
export const DEAD_ATTEMPT: Attempt = {
  write: () => true,
  end: nothing,
  pause: nothing,
  resume: nothing,
  cancel: nothing,
  timeOut: nothing,
};

function nothing(): void {}

/** Fails a request from inside a call in which it does not expect to be called back. */
export function failLater(observer: AttemptObserver, failure: Failure, detail: string): void {
  process.nextTick(tell, observer, failure, detail);
}

function tell(observer: AttemptObserver, failure: Failure, detail: string): void {
  observer.onAttemptFailure(failure, detail, "possible");
}
