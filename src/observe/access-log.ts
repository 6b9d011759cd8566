import type { LogFactory, Logger } from "./log.ts";

/** Target of the access log: `log.level: spooky_access=off,info` silences it alone. */
export const ACCESS_LOG_TARGET = "spooky_access";

/** What is logged of one finished request. */
export interface AccessEntry {
  readonly requestId: string;
  /** Empty without tracing. */
  readonly traceId: string;
  readonly spanId: string;
  readonly method: string;
  /** With the query, as the client sent it after normalisation. */
  readonly path: string;
  /** 0 when the client left before an answer. */
  readonly status: number;
  /** Id of the backend, or "" when none was asked. */
  readonly backend: string;
  /** Name of the upstream, or "" when no route matched. */
  readonly upstream: string;
  readonly latencyMs: number;
  readonly retries: number;
  /** Code of the failure, or "". */
  readonly error: string;
}

export interface AccessLog {
  /** Ask before building an entry. */
  isEnabled(): boolean;
  logAccess(entry: AccessEntry): void;
}

/** One line per request, at level info, on the target `spooky_access`. */
export function createAccessLog(factory: LogFactory): AccessLog {
  const logger: Logger = factory.forTarget(ACCESS_LOG_TARGET);
  return {
    isEnabled: () => logger.isEnabled("info"),
    logAccess(entry) {
      logger.log("info", "access", {
        request_id: entry.requestId,
        trace_id: entry.traceId === "" ? undefined : entry.traceId,
        span_id: entry.spanId === "" ? undefined : entry.spanId,
        method: entry.method,
        path: entry.path,
        status: entry.status,
        backend: entry.backend === "" ? undefined : entry.backend,
        upstream: entry.upstream === "" ? undefined : entry.upstream,
        latency_ms: Math.round(entry.latencyMs * 1000) / 1000,
        retries: entry.retries,
        error: entry.error === "" ? undefined : entry.error,
      });
    },
  };
}
