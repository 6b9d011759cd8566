/**
 * What supervisor and shard say to each other over the child process's IPC channel. Plain values only.
 * @module
 */
import type { Config } from "../config/model.ts";
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { type ErrorPlace, SpookyError } from "../errors/spooky-error.ts";
import type { ListenerSockets } from "./data-plane-port.ts";

/** The first message to a shard: all that it needs. File descriptors are numbers in the shard's own table. */
export interface StartMessage {
  readonly kind: "start";
  readonly supervisorPid: number;
  readonly shardIndex: number;
  readonly config: Config;
  readonly sockets: readonly ListenerSockets[];
  /** Shared memory of the counters, all shards' regions. */
  readonly countersFd: number;
}

/** Refuse what is new, finish what is there, then exit with 0. */
export interface DrainMessage {
  readonly kind: "drain";
  readonly deadlineMs: number;
}

export type SupervisorMessage = StartMessage | DrainMessage;

/** The shard takes requests. */
export interface ReadyMessage {
  readonly kind: "ready";
}

/** The shard cannot work with what it was given, and exits. */
export interface StartFailedMessage {
  readonly kind: "start_failed";
  readonly error: ErrorReport;
}

export type ShardMessage = ReadyMessage | StartFailedMessage;

/** A `SpookyError` on its way to another process. */
export interface ErrorReport {
  readonly code: string;
  readonly detail: string;
  readonly place: ErrorPlace | undefined;
  readonly hint: string | undefined;
}

/** Any error as a report; one that is no `SpookyError` becomes SPK_SHARD_FAILED. */
export function reportError(error: unknown): ErrorReport {
  if (error instanceof SpookyError) {
    return { code: error.code, detail: error.detail, place: error.place, hint: error.hint };
  }
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: FAILURES.shardFailed.code, detail, place: undefined, hint: undefined };
}

/** The error again; a code that this version does not know becomes SPK_SHARD_FAILED. */
export function errorFromReport(report: ErrorReport): SpookyError {
  const failure = failureByCode(report.code) ?? FAILURES.shardFailed;
  return new SpookyError(failure, report.detail, {
    ...(report.place === undefined ? {} : { place: report.place }),
    ...(report.hint === undefined ? {} : { hint: report.hint }),
  });
}

function failureByCode(code: string): Failure | undefined {
  return Object.values<Failure>(FAILURES).find((failure) => failure.code === code);
}
