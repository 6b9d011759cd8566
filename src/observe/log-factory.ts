import { closeSync, constants, openSync } from "node:fs";
import { parseLogFilter } from "../config/log-filter.ts";
import type { LogConfig } from "../config/model.ts";
import { FAILURES } from "../errors/catalogue.ts";
import { SpookyError } from "../errors/spooky-error.ts";
import { createFormatter, type LogFormat, type LogLineFormatter } from "./log-line.ts";
import type { LogFactory, LogFields, Logger, LogLevel } from "./log.ts";
import { LogWriter } from "./log-writer.ts";

const STDERR = 2;
/** rw-r-----: the log may hold what clients sent. */
const LOG_FILE_MODE = 0o640;
/** O_NONBLOCK matters at opening only: without it a FIFO that nobody reads would hold the start up. */
const LOG_FILE_FLAGS: number =
  constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const OWN_TARGET = "spooky_log";

export interface LogOptions {
  /** `log.level`: a level under either of its names, or a filter such as `spooky_edge=haunt,info`. */
  readonly level: string;
  /** Value of RUST_LOG. What it names overrides `level`; what it does not stays as `level` has it. */
  readonly rustLog?: string | undefined;
  readonly format: LogFormat;
  /** Absolute path of a log file, appended to. Default: standard error. */
  readonly file?: string | undefined;
  /** Fields of every line, such as the shard's index. */
  readonly common?: LogFields | undefined;
}

/** What the config and the environment say about logging. */
export function logOptions(config: LogConfig, env: Readonly<Record<string, string | undefined>>): LogOptions {
  const { level, format, file } = config;
  return { level, format, rustLog: env["RUST_LOG"], file: file?.enabled === true ? file.path : undefined };
}

/** A log factory that owns where the lines go. */
export interface OwnedLogFactory extends LogFactory {
  /** Lines lost because the sink was too slow. */
  readonly droppedCount: number;
  /** Where the lines go: the file's path, or "stderr". */
  readonly sinkName: string;
  /** Resolves when all lines are written, at the latest after `deadlineMs`. */
  flush(deadlineMs: number): Promise<void>;
  /** Writes what is left and closes the file. Nothing may be logged afterwards. */
  close(): void;
}

/**
 * Makes the process's log. A log file that cannot be opened is no reason not to start: standard error is used instead,
 * and a warning says so. The same holds for a RUST_LOG that cannot be read. Throws SPK_CONFIG_VALUE for a bad `level`.
 */
export function createLogFactory(options: LogOptions): OwnedLogFactory {
  const formatter = createFormatter(options.format, options.common ?? {});
  const [levelFor, filterWarning] = createLevelLookup(options);
  const [fd, fileWarning] = openSink(options.file);
  const writer = new LogWriter(fd, (count) =>
    formatter.format(timestamp(), "warn", OWN_TARGET, "lines were dropped, the log is read too slowly", { count }),
  );
  const loggers = new Map<string, Logger>();
  const factory: OwnedLogFactory = {
    get droppedCount() {
      return writer.droppedCount;
    },
    sinkName: fd === STDERR ? "stderr" : (options.file ?? "stderr"),
    forTarget(target) {
      const known = loggers.get(target);
      if (known !== undefined) return known;
      const logger = new TargetLogger(target, levelFor(target), formatter, writer);
      loggers.set(target, logger);
      return logger;
    },
    async flush(deadlineMs) {
      await writer.flush(deadlineMs);
    },
    close() {
      process.off("exit", flushAtExit);
      writer.flushAtExit();
      if (fd !== STDERR) closeSync(fd);
    },
  };
  const flushAtExit = (): void => writer.flushAtExit();
  process.on("exit", flushAtExit);
  for (const warning of [filterWarning, fileWarning]) if (warning !== undefined) warn(factory, warning);
  return factory;
}

/** Order of severity; `off` is above all. */
const RANKS: Readonly<Record<LogLevel | "off", number>> = { trace: 0, debug: 1, info: 2, warn: 3, error: 4, off: 5 };

class TargetLogger implements Logger {
  readonly #target: string;
  readonly #minRank: number;
  readonly #formatter: LogLineFormatter;
  readonly #writer: LogWriter;

  constructor(target: string, minLevel: LogLevel | "off", formatter: LogLineFormatter, writer: LogWriter) {
    this.#target = target;
    this.#minRank = RANKS[minLevel];
    this.#formatter = formatter;
    this.#writer = writer;
  }

  isEnabled(level: LogLevel): boolean {
    return RANKS[level] >= this.#minRank;
  }

  log(level: LogLevel, message: string, fields?: LogFields): void {
    if (RANKS[level] < this.#minRank) return;
    this.#writer.write(this.#formatter.format(timestamp(), level, this.#target, message, fields));
  }
}

let lastTimeMs = 0;
let lastTimestamp = "";

/** Now, in RFC 3339; made once per millisecond. */
function timestamp(): string {
  const nowMs = Date.now();
  if (nowMs !== lastTimeMs) {
    lastTimeMs = nowMs;
    lastTimestamp = new Date(nowMs).toISOString();
  }
  return lastTimestamp;
}

type LevelLookup = (target: string) => LogLevel | "off";

function createLevelLookup(options: LogOptions): [LevelLookup, SpookyError | undefined] {
  const configured = parseLogFilter(options.level);
  const plain: LevelLookup = (target) => configured.levelFor(target);
  const { rustLog } = options;
  if (rustLog === undefined || rustLog.trim() === "") return [plain, undefined];
  try {
    parseLogFilter(rustLog);
  } catch (error) {
    if (!(error instanceof SpookyError)) throw error;
    return [plain, new SpookyError(error.failure, `RUST_LOG is ignored: ${error.detail}`, { hint: error.hint ?? "" })];
  }
  return [(target) => parseLogFilter(rustLog, configured.levelFor(target)).levelFor(target), undefined];
}

function openSink(file: string | undefined): [number, SpookyError | undefined] {
  if (file === undefined) return [STDERR, undefined];
  try {
    return [openSync(file, LOG_FILE_FLAGS, LOG_FILE_MODE), undefined];
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const error = new SpookyError(FAILURES.logFileUnavailable, `${file}: ${reason}; logging to standard error`, {
      place: { file },
      hint: "Check that the directory exists and is writable, and that the path is no symbolic link.",
      cause,
    });
    return [STDERR, error];
  }
}

function warn(factory: LogFactory, error: SpookyError): void {
  factory.forTarget(OWN_TARGET).log("warn", error.message, { code: error.code, hint: error.hint });
}
