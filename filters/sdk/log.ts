import { encode, encodedAddress, encodedLength } from "./bytes";
import { proxy_get_log_level, proxy_log } from "./env";
import { allocate } from "./scratch";

/** Levels of the ABI. */
export enum LogLevel {
  Trace = 0,
  Debug = 1,
  Info = 2,
  Warn = 3,
  Error = 4,
  Critical = 5,
}

/** Writes a line to the proxy's log. Lines over 4096 bytes are cut, and more than 1000 in a second dropped. */
export function log(level: LogLevel, message: string): void {
  encode(message);
  proxy_log(level, encodedAddress, encodedLength);
}

/** Whether the proxy writes lines of that level anywhere: ask before building costly ones. */
export function isLogged(level: LogLevel): bool {
  const out = allocate(4);
  return proxy_get_log_level(out) != 0 || load<u32>(out) <= <u32>level;
}
