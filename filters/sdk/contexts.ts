import { Action } from "./action";
import { proxy_set_tick_period_milliseconds } from "./env";

/** A filter's part in one request. */
export abstract class StreamContext {
  /** Id of the request in this filter, or that of the last one when the object serves all requests. */
  id: u32 = 0;

  /** The request's headers are there. `endOfStream`: it has no body. */
  onRequestHeaders(count: u32, endOfStream: bool): Action {
    return Action.Continue;
  }

  /** The response's headers are there; also those of a reply that a filter made. */
  onResponseHeaders(count: u32, endOfStream: bool): Action {
    return Action.Continue;
  }

  /**
   * A piece of the request's body, `size` bytes of which this filter has now. `Action.Pause` holds them: the next call
   * has them and what came since. Only with `entry-bodies`.
   */
  onRequestBody(size: u32, endOfStream: bool): Action {
    return Action.Continue;
  }

  /** The same for the response's. */
  onResponseBody(size: u32, endOfStream: bool): Action {
    return Action.Continue;
  }

  /** The request ends with trailers. Only with `entry-bodies`. */
  onRequestTrailers(count: u32): Action {
    return Action.Continue;
  }

  onResponseTrailers(count: u32): Action {
    return Action.Continue;
  }

  /**
   * The answer to a call of this request: `callHeaders`, `callBody`, `callTrailers`. `isAnswered` is false when there was
   * none in time. Go on with `continueRequest()`, or answer with `sendReply`. Only with `entry-callouts`.
   */
  onHttpCallResponse(callId: u32, isAnswered: bool, bodySize: u32): void {}

  /** The request is over; false to be kept until `done()`. Only with `entry-stateful`. */
  onDone(): bool {
    return true;
  }

  /** The last call: headers can be read, not written. Only with `entry-stateful`. */
  onLog(): void {}
}

/** A filter's part that lasts as long as its configuration. */
export abstract class RootContext {
  /**
   * The text of `config`: JSON, or what was given when that was a string, or "". False refuses it: the proxy then does
   * not start, and shows what was logged.
   */
  onConfigure(config: string): bool {
    return true;
  }

  /**
   * The context for one request. A filter that keeps nothing of a request from one callback to the next returns the same
   * object each time and uses `entry-stateless`.
   */
  abstract createStream(): StreamContext;

  /** The filter ends: it was taken out of the configuration, or the proxy stops. Only with `entry-stateful`. */
  onEnd(): void {}

  /** Called each period set with {@link setTickPeriod}. */
  onTick(): void {}

  /** Period in milliseconds, at least 10; 0 turns ticks off. */
  setTickPeriod(periodMs: u32): void {
    proxy_set_tick_period_milliseconds(periodMs);
  }
}
