import { DeadlineExceeded } from "../sandbox/deadline-exceeded.ts";
import { GuestExit } from "./guest-exit.ts";

/** What ended a guest, in a few words. The engine's own messages are long and speak of JavaScript. */
export function describeGuestError(error: unknown): string {
  if (typeof error === "string") return error;
  if (error instanceof DeadlineExceeded || error instanceof GuestExit) return error.message;
  if (error instanceof RangeError) return "stack overflow";
  if (error instanceof WebAssembly.RuntimeError || error instanceof WebAssembly.LinkError) {
    return error.message.replace(/ \(evaluating .*$/s, "");
  }
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
