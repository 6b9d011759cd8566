/**
 * The logging port: what the rest of the proxy may say. Sinks, formats and level filters are made elsewhere in this
 * folder.
 * @module
 */

/** Most to least verbose; each has a second name in config: whisper, haunt, spooky, scream, poltergeist. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

/** Field names are snake_case. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** A logger for one target (`spooky_edge`, `spooky_filter`, …), with the filter already looked up. */
export interface Logger {
  /** Ask before building costly fields. */
  isEnabled(level: LogLevel): boolean;
  log(level: LogLevel, message: string, fields?: LogFields): void;
}

/** Makes loggers. A target's name is what log filters such as `spooky_edge=debug` choose by. */
export interface LogFactory {
  forTarget(target: string): Logger;
}
