/**
 * Leads the events of an HTTP/2 stream to its attempt. The handlers are shared by all streams and find the attempt
 * through the stream, so that a request makes no closures.
 * @module
 */
import type { ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import { holdBackWhilePaused } from "../platform/http2-flow.ts";
import type { Http2Attempt } from "./http2-attempt.ts";
import { errorCode } from "./http2-error.ts";
import { trailerDictionary } from "./trailer-dictionary.ts";

const ATTEMPT: unique symbol = Symbol("attempt");

type FinalCallback = (error?: Error | null) => void;

interface AttemptStream extends ClientHttp2Stream {
  [ATTEMPT]: Http2Attempt;
}

/** The runtime's own `_final`, which sends END_STREAM. */
let sendEndStream: ((this: ClientHttp2Stream, callback: FinalCallback) => void) | undefined;

/** Connects a new stream to its attempt. */
export function listenToStream(stream: ClientHttp2Stream, attempt: Http2Attempt, isBodyless: boolean): void {
  const owned = stream as AttemptStream;
  owned[ATTEMPT] = attempt;
  holdBackWhilePaused(owned);
  owned.on("response", onResponse);
  owned.on("headers", onHeaders);
  owned.on("trailers", onTrailers);
  owned.on("data", onData);
  owned.on("end", onEnd);
  owned.on("error", onError);
  owned.on("close", onClose);
  if (isBodyless) return;
  owned.on("drain", onDrain);
  owned.on("wantTrailers", onWantTrailers);
  sendEndStream ??= owned._final;
  owned._final = onFinal;
}

function onResponse(this: AttemptStream, _: IncomingHttpHeaders, flags: number, fields: string[]): void {
  const attempt = this[ATTEMPT];
  if (!attempt.isDetached) attempt.onHead(fields, flags);
}

function onHeaders(this: AttemptStream, _: IncomingHttpHeaders, __: number, fields: string[]): void {
  const attempt = this[ATTEMPT];
  if (!attempt.isDetached) attempt.onInformational(fields);
}

function onTrailers(this: AttemptStream, _: IncomingHttpHeaders, __: number, fields: string[]): void {
  const attempt = this[ATTEMPT];
  if (!attempt.isDetached) attempt.onTrailers(fields);
}

function onData(this: AttemptStream, chunk: Uint8Array): void {
  const attempt = this[ATTEMPT];
  if (!attempt.isDetached) attempt.onData(chunk);
}

/**
 * The runtime emits "end" as well when the peer resets the stream or dies, even with RST_STREAM(NO_ERROR) before the
 * end of the body; only then is the stream already destroyed. Such an end is none: "close" tells the failure.
 */
function onEnd(this: AttemptStream): void {
  const attempt = this[ATTEMPT];
  if (!attempt.isDetached && !this.destroyed) attempt.onEnd();
}

function onError(this: AttemptStream, error: Error): void {
  this[ATTEMPT].onError(errorCode(error));
}

function onClose(this: AttemptStream): void {
  this[ATTEMPT].onClose();
}

function onDrain(this: AttemptStream): void {
  const attempt = this[ATTEMPT];
  if (!attempt.isDetached) attempt.onDrain();
}

function onWantTrailers(this: AttemptStream): void {
  const trailers = this[ATTEMPT].trailersToSend;
  this.sendTrailers(trailers === undefined ? {} : trailerDictionary(trailers));
}

/** The runtime ends the writable side of a stream that is closed or reset midway, and so would send END_STREAM. */
function onFinal(this: AttemptStream, callback: FinalCallback): void {
  if (this[ATTEMPT].mayEndStream && sendEndStream !== undefined) sendEndStream.call(this, callback);
  else callback();
}
