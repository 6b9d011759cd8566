import {
  proxy_continue_stream,
  proxy_done,
  proxy_get_current_time_nanoseconds,
  proxy_set_effective_context,
} from "./env";
import { allocate } from "./scratch";
import { Status } from "./status";

/** Lets a request go on that a callback has held with `Action.Pause`. */
export function continueRequest(): Status {
  return proxy_continue_stream(0);
}

/** The same for a response. */
export function continueResponse(): Status {
  return proxy_continue_stream(1);
}

/** Makes later calls speak for another request of this filter, by its id. */
export function setEffectiveContext(contextId: u32): Status {
  return proxy_set_effective_context(contextId);
}

/** Says that a request is done for which `onDone` said false. */
export function done(): Status {
  return proxy_done();
}

/** Nanoseconds since 1970. */
export function currentTime(): u64 {
  const out = allocate(8);
  return proxy_get_current_time_nanoseconds(out) == Status.Ok ? load<u64>(out) : 0;
}
