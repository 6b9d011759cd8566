/**
 * One HTTP/3 request over a `node:quic` stream.
 *
 * Writes are held back until {@link QuicExchange.flush}, so that a whole small answer leaves in one go. Every call into
 * the stream is guarded: it throws when the stream was destroyed meanwhile, which a client can bring about at any time.
 * @module
 */
import type { QuicStream } from "node:quic";
import type { Failure } from "../errors/failure.ts";
import { FAILURES } from "../errors/catalogue.ts";
import type { BodyReceiver, Connection, Exchange, ExchangeObserver } from "../http/exchange.ts";
import type { RequestHead, ResponseHead } from "../http/head.ts";
import type { HeaderList } from "../http/header-list.ts";
import type { Flushable } from "./flush-batch.ts";
import { QuicBodyReader } from "./quic-body-reader.ts";
import type { QuicContext } from "./quic-context.ts";
import { toHeaderObject, toResponseObject } from "./header-object.ts";
import { joinChunks } from "./join-chunks.ts";

/** RFC 9114 §8.1. */
const H3_NO_ERROR = 0x100n;
const H3_INTERNAL_ERROR = 0x102n;
const H3_EXCESSIVE_LOAD = 0x107n;
const H3_MESSAGE_ERROR = 0x10en;

/** Bytes of body that wait for the stream before `sendBody` says false. */
const QUEUE_LIMIT_BYTES = 128 * 1024;
/** A complete answer up to this size goes out as one source; larger ones are written piece by piece. */
const WHOLE_BODY_LIMIT_BYTES = 64 * 1024;

/** The runtime's protocol for waiting until a writer has room; `writer.write` rejects instead of waiting. */
const drainable: unique symbol = Symbol.for("Stream.drainableProtocol") as never;

/** What the runtime's streams have beyond its type declarations. */
interface RuntimeStream extends QuicStream {
  resetStream(code: bigint): void;
  stopSending(code: bigint): void;
}

interface StreamWriter {
  writeSync(chunk: Uint8Array): boolean;
  endSync(): number;
  [drainable]?(): Promise<unknown> | null;
}

export class QuicExchange implements Exchange, Flushable {
  readonly connection: Connection;
  readonly request: RequestHead;
  readonly isBodyless: boolean;
  observer: ExchangeObserver | undefined = undefined;

  readonly #stream: RuntimeStream;
  readonly #context: QuicContext;
  /** `isBodyless` was taken from the method: what was assumed is made sure of before the answer leaves. */
  readonly #isBodylessAssumed: boolean;
  #body: QuicBodyReader | undefined = undefined;
  #writer: StreamWriter | undefined = undefined;
  #head: ResponseHead | undefined = undefined;
  #chunks: Uint8Array[] = [];
  #queuedBytes = 0;
  #trailers: HeaderList | undefined = undefined;
  #isEnded = false;
  /** The end was handed to the stream, or the stream is gone: nothing is written any more. */
  #isDone = false;
  #isInBatch = false;
  #isBlocked = false;
  #wantsWritable = false;

  constructor(
    stream: QuicStream,
    connection: Connection,
    request: RequestHead,
    isBodyless: boolean,
    isBodylessAssumed: boolean,
    context: QuicContext,
  ) {
    this.#stream = stream as RuntimeStream;
    this.connection = connection;
    this.request = request;
    this.isBodyless = isBodyless;
    this.#context = context;
    this.#isBodylessAssumed = isBodylessAssumed;
  }

  readBody(receiver: BodyReceiver): void {
    this.#body = new QuicBodyReader(this.#stream, receiver, this.#context);
    this.#body.start();
  }

  pauseBody(): void {
    this.#body?.pause();
  }

  resumeBody(): void {
    this.#body?.resume();
  }

  sendInformational(status: number, headers: HeaderList): void {
    if (this.#isDone || this.#head !== undefined) return;
    try {
      this.#stream.sendInformationalHeaders(toResponseObject(status, headers));
    } catch {
      // The stream is gone; `onStreamClosed` follows.
    }
  }

  sendHead(head: ResponseHead): void {
    this.#head = head;
    this.#schedule();
  }

  sendBody(chunk: Uint8Array): boolean {
    if (this.#isDone) return true;
    this.#chunks.push(chunk);
    this.#queuedBytes += chunk.byteLength;
    this.#schedule();
    if (this.#queuedBytes < QUEUE_LIMIT_BYTES) return true;
    this.#wantsWritable = true;
    return false;
  }

  sendEnd(trailers: HeaderList | undefined): void {
    this.#trailers = trailers;
    this.#isEnded = true;
    this.#schedule();
  }

  reset(failure: Failure): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#body?.abandon();
    this.#release();
    this.#abort(resetCodeOf(failure));
  }

  /** Writes what was held back. */
  flush(): void {
    this.#isInBatch = false;
    if (this.#isDone || this.#isBlocked) return;
    try {
      this.#write();
    } catch {
      // The stream is gone, or does not take what it is given. Either way the client must not wait for more.
      this.#giveUp(H3_INTERNAL_ERROR);
    }
  }

  /** The stream ended, in whatever way. The listener calls it once. */
  onStreamClosed(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#body?.abandon();
    this.#release();
    this.observer?.onClientGone();
  }

  #schedule(): void {
    if (this.#isInBatch || this.#isDone) return;
    this.#isInBatch = true;
    this.#context.batch.add(this);
  }

  #write(): void {
    const head = this.#head;
    if (head === undefined) return;
    if (this.#isBodylessAssumed && this.#stream.stats.bytesReceived !== 0n) {
      this.#giveUp(H3_MESSAGE_ERROR);
      return;
    }
    if (this.#writer === undefined) {
      const headers = toResponseObject(head.status, head.headers);
      if (this.#isEnded && this.#trailers === undefined && this.#queuedBytes <= WHOLE_BODY_LIMIT_BYTES) {
        this.#writeWhole(headers);
        return;
      }
      this.#stream.sendHeaders(headers);
      this.#writer = this.#stream.writer as StreamWriter;
    }
    this.#pump(this.#writer);
  }

  #writeWhole(headers: Record<string, string | string[]>): void {
    if (this.#queuedBytes === 0) {
      this.#stream.sendHeaders(headers, { terminal: true });
    } else {
      this.#stream.sendHeaders(headers);
      this.#stream.setBody(joinChunks(this.#chunks, this.#queuedBytes));
    }
    this.#finish();
  }

  #pump(writer: StreamWriter): void {
    const chunks = this.#chunks;
    let sent = 0;
    while (sent < chunks.length) {
      const chunk = chunks[sent] as Uint8Array;
      if (!writer.writeSync(chunk)) break;
      this.#queuedBytes -= chunk.byteLength;
      sent++;
    }
    if (sent === chunks.length) {
      chunks.length = 0;
      if (this.#isEnded) this.#writeEnd(writer);
    } else {
      chunks.splice(0, sent);
      this.#waitForRoom(writer);
    }
    if (this.#wantsWritable && this.#queuedBytes < QUEUE_LIMIT_BYTES / 2 && !this.#isDone) {
      this.#wantsWritable = false;
      this.observer?.onWritable();
    }
  }

  #writeEnd(writer: StreamWriter): void {
    const trailers = this.#trailers;
    if (trailers !== undefined) {
      const fields = toHeaderObject(trailers);
      this.#stream.onwanttrailers = function sendTrailers(this: QuicStream): void {
        this.sendTrailers(fields);
      };
    }
    writer.endSync();
    this.#finish();
  }

  #finish(): void {
    this.#isDone = true;
    this.#release();
    // What is left of the request is not wanted any more (RFC 9114 §4.1).
    const body = this.#body;
    if (body === undefined) return;
    body.abandon();
    if (!body.isReceived) this.#stream.stopSending(H3_NO_ERROR);
  }

  #waitForRoom(writer: StreamWriter): void {
    const room = writer[drainable]?.();
    if (room === null || room === undefined) {
      // Either there is room again already, or the writer is closed and the stream's end follows.
      this.#schedule();
      return;
    }
    this.#isBlocked = true;
    room.then(this.#onRoom, this.#onRoom);
  }

  readonly #onRoom = (): void => {
    this.#isBlocked = false;
    this.#schedule();
  };

  /** Breaks the request off from this side and tells the pipeline so. */
  #giveUp(code: bigint): void {
    this.#isDone = true;
    this.#release();
    this.#abort(code);
    this.observer?.onClientGone();
  }

  #abort(code: bigint): void {
    try {
      this.#stream.resetStream(code);
      this.#stream.destroy();
    } catch {
      // It was gone already.
    }
  }

  #release(): void {
    this.#chunks = [];
    this.#queuedBytes = 0;
  }
}

function resetCodeOf(failure: Failure): bigint {
  if (failure === FAILURES.draining) return H3_EXCESSIVE_LOAD;
  return failure.source === "client" ? H3_MESSAGE_ERROR : H3_INTERNAL_ERROR;
}
