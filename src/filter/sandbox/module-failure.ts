import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";

/** The bytes break the binary format, or refer to what is not in the module. */
export function moduleInvalid(detail: string): SpookyError {
  return new SpookyError(FAILURES.moduleInvalid, detail);
}

/** The bytes may well be a module, but use what the meter cannot be sure of. */
export function moduleUnsupported(detail: string): SpookyError {
  return new SpookyError(FAILURES.moduleUnsupported, detail);
}

export function moduleTooLarge(detail: string): SpookyError {
  return new SpookyError(FAILURES.moduleTooLarge, detail);
}

export function moduleMemoryExceeded(detail: string): SpookyError {
  return new SpookyError(FAILURES.moduleMemoryExceeded, detail, {
    hint: "allow more memory, or build the module with less",
  });
}
