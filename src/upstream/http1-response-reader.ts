import { bodyFraming, CHUNKED, mayPersist, UNTIL_CLOSE } from "./http1-body-framing.ts";
import { chunkSize } from "./http1-chunk-size.ts";
import { MAX_HEAD_BYTES, readFieldLines, readHeadText } from "./http1-head-text.ts";

/** Takes the parts of the one response that a reader reads. */
export interface Http1ResponseSink {
  onHttp1Informational(status: number, fields: string[]): void;
  /** `canPersist`: the connection stays open after this response. */
  onHttp1Head(status: number, fields: string[], hasBody: boolean, canPersist: boolean): void;
  onHttp1Data(chunk: Uint8Array): void;
  /** `restBytes`: how many bytes came beyond the response. */
  onHttp1End(trailers: string[] | undefined, restBytes: number): void;
  /** What came is not an HTTP/1.1 response. Nothing follows. */
  onHttp1Malformed(detail: string): void;
}

type State = "head" | "length" | "chunkSize" | "chunkData" | "chunkEnd" | "trailers" | "untilClose" | "done";

const CR = 0x0d;
const LF = 0x0a;
const NOTHING: Buffer = Buffer.alloc(0);
/** A size in hexadecimal and room for extensions, which are ignored (RFC 9112 §7.1.1). */
const MAX_CHUNK_LINE_BYTES = 4096;
/** Nobody needs more than 100 Continue, 102 Processing and a few 103 Early Hints. */
const MAX_INFORMATIONAL = 16;

/** Reads one response off a connection, 1xx responses before it included. Body bytes are passed on without a copy. */
export class Http1ResponseReader {
  readonly #sink: Http1ResponseSink;
  readonly #isHead: boolean;
  #state: State = "head";
  /** Bytes of an unfinished line or head. */
  #held: Buffer = NOTHING;
  #left = 0;
  #informationalCount = 0;

  constructor(sink: Http1ResponseSink, isHead: boolean) {
    this.#sink = sink;
    this.#isHead = isHead;
  }

  /** The first bytes of what is held unread, for a look at what the peer speaks. */
  get held(): Buffer {
    return this.#held;
  }

  /** Stops: nothing more is passed on. */
  stop(): void {
    this.#state = "done";
  }

  read(chunk: Buffer): void {
    let at = 0;
    while (this.#state !== "done" && at < chunk.length) at = this.#step(chunk, at);
  }

  /** The connection has ended cleanly; says whether the response ends with it. */
  readClose(): boolean {
    if (this.#state !== "untilClose") return false;
    this.#finish(undefined, 0);
    return true;
  }

  #step(chunk: Buffer, at: number): number {
    switch (this.#state) {
      case "head":
        return this.#readHead(chunk, at);
      case "length":
      case "chunkData":
        return this.#readBytes(chunk, at);
      case "chunkSize":
        return this.#readChunkSize(chunk, at);
      case "chunkEnd":
        return this.#readChunkEnd(chunk, at);
      case "trailers":
        return this.#readTrailers(chunk, at);
      default:
        this.#sink.onHttp1Data(at === 0 ? chunk : chunk.subarray(at));
        return chunk.length;
    }
  }

  /** Collects up to `end`; undefined when that has not come yet, or never may. */
  #collect(chunk: Buffer, at: number, end: string, maxBytes: number): Buffer | undefined {
    const rest = at === 0 ? chunk : chunk.subarray(at);
    const all = this.#held.length === 0 ? rest : Buffer.concat([this.#held, rest]);
    const endAt = all.indexOf(end, 0, "latin1");
    if (endAt >= 0 && endAt <= maxBytes) {
      // Where the next part starts, in terms of the chunk at hand.
      this.#left = at + endAt + end.length - this.#held.length;
      this.#held = NOTHING;
      return all.subarray(0, endAt);
    }
    // A copy: the pieces may be views of a larger buffer that is used again.
    this.#held = Buffer.from(all);
    if (all.length > maxBytes) this.#malformed("line or head is too long");
    return undefined;
  }

  #readHead(chunk: Buffer, at: number): number {
    const bytes = this.#collect(chunk, at, "\r\n\r\n", MAX_HEAD_BYTES);
    if (bytes === undefined) {
      if (!isHttp1Start(this.#held)) this.#malformed("not an HTTP/1.1 response");
      return chunk.length;
    }
    const next = this.#left;
    const head = readHeadText(bytes.toString("latin1"));
    if (head === undefined) {
      this.#held = bytes;
      this.#malformed("malformed response head");
    } else if (head.status === 101) {
      this.#malformed("101 to a request that asked for no upgrade");
    } else if (head.status < 200) {
      this.#informationalCount++;
      if (this.#informationalCount > MAX_INFORMATIONAL) this.#malformed("too many informational responses");
      else this.#sink.onHttp1Informational(head.status, head.fields);
    } else {
      const framing = bodyFraming(head, this.#isHead);
      if (framing === undefined) {
        this.#malformed("contradictory framing");
        return next;
      }
      this.#state = framing === CHUNKED ? "chunkSize" : framing === UNTIL_CLOSE ? "untilClose" : "length";
      this.#left = framing;
      this.#sink.onHttp1Head(head.status, head.fields, framing !== 0, framing !== UNTIL_CLOSE && mayPersist(head));
      if (framing === 0) this.#finish(undefined, chunk.length - next);
    }
    return next;
  }

  #readBytes(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left);
    this.#left -= end - at;
    const isLast = this.#left === 0;
    this.#sink.onHttp1Data(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end));
    if (isLast) {
      if (this.#state === "length") this.#finish(undefined, chunk.length - end);
      else if (this.#state === "chunkData") {
        this.#state = "chunkEnd";
        this.#left = 2;
      }
    }
    return end;
  }

  #readChunkSize(chunk: Buffer, at: number): number {
    const line = this.#collect(chunk, at, "\r\n", MAX_CHUNK_LINE_BYTES);
    if (line === undefined) return chunk.length;
    const next = this.#left;
    const size = chunkSize(line.toString("latin1"));
    if (size < 0) this.#malformed("malformed chunk size");
    else {
      this.#left = size;
      this.#state = size === 0 ? "trailers" : "chunkData";
    }
    return next;
  }

  #readChunkEnd(chunk: Buffer, at: number): number {
    if (chunk[at] !== (this.#left === 2 ? CR : LF)) this.#malformed("chunk does not end where it should");
    this.#left--;
    if (this.#left === 0 && this.#state === "chunkEnd") this.#state = "chunkSize";
    return at + 1;
  }

  #readTrailers(chunk: Buffer, at: number): number {
    // Without trailers the section is the empty line alone.
    if (this.#held.length === 0 && chunk.length - at >= 2 && chunk[at] === CR && chunk[at + 1] === LF) {
      this.#finish(undefined, chunk.length - at - 2);
      return at + 2;
    }
    const bytes = this.#collect(chunk, at, "\r\n\r\n", MAX_HEAD_BYTES);
    if (bytes === undefined) {
      if (this.#held.length === 2 && this.#held[0] === CR && this.#held[1] === LF) this.#finish(undefined, 0);
      return chunk.length;
    }
    const next = this.#left;
    const fields = readFieldLines(bytes.toString("latin1"), 0);
    if (fields === undefined) this.#malformed("malformed trailers");
    else this.#finish(fields, chunk.length - next);
    return next;
  }

  #finish(trailers: string[] | undefined, restBytes: number): void {
    if (this.#state === "done") return;
    this.#state = "done";
    this.#sink.onHttp1End(trailers, restBytes);
  }

  #malformed(detail: string): void {
    if (this.#state === "done") return;
    this.#state = "done";
    this.#sink.onHttp1Malformed(detail);
  }
}

/** Whether bytes can be the start of a status line. */
function isHttp1Start(bytes: Buffer): boolean {
  const text = bytes.toString("latin1", 0, 7);
  return "HTTP/1.".startsWith(text);
}
