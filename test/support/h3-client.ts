import { connect, type QuicSession, type QuicStream } from "node:quic";

export interface H3Request {
  readonly method?: string;
  readonly path: string;
  readonly authority?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Whole body, or pieces that are sent one after the other. */
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
  readonly trailers?: Readonly<Record<string, string>>;
}

export interface H3Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
  readonly trailers: Readonly<Record<string, string | string[] | undefined>> | undefined;
  /** 1xx responses, in order. */
  readonly informational: readonly Readonly<Record<string, string | string[] | undefined>>[];
}

/** What the runtime's streams have beyond its type declarations. */
interface RuntimeStream extends QuicStream {
  resetStream(code: bigint): void;
  stopSending(code: bigint): void;
}

/** A request whose answer is read piece by piece, or not at all. */
export class H3Stream {
  readonly stream: RuntimeStream;
  readonly head: Promise<Readonly<Record<string, string | string[] | undefined>>>;
  readonly informational: Readonly<Record<string, string | string[] | undefined>>[] = [];
  trailers: Readonly<Record<string, string | string[] | undefined>> | undefined;

  constructor(stream: QuicStream) {
    this.stream = stream as RuntimeStream;
    const { promise, resolve, reject } = Promise.withResolvers<Record<string, string | string[] | undefined>>();
    this.head = promise;
    promise.catch(() => {});
    stream.onheaders = (fields): void => resolve(fields);
    stream.oninfo = (fields): void => void this.informational.push(fields);
    stream.ontrailers = (fields): void => void (this.trailers = fields);
    stream.closed.then(
      () => reject(new Error("the stream closed before a response")),
      (error: unknown) => reject(error),
    );
  }

  /** Pieces of the body; throws when the stream is reset. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    for await (const batch of this.stream) yield* batch;
  }

  async body(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.chunks()) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** Gives the request up as a browser does: RESET_STREAM and STOP_SENDING with H3_REQUEST_CANCELLED. */
  cancel(): void {
    this.stream.stopSending(0x10cn);
    this.stream.resetStream(0x10cn);
    this.stream.destroy();
  }
}

/** An HTTP/3 client on one connection. */
export class H3Client {
  readonly session: QuicSession;

  private constructor(session: QuicSession) {
    this.session = session;
  }

  static async connect(port: number, options: { servername?: string; address?: string } = {}): Promise<H3Client> {
    const { servername = "localhost", address = "127.0.0.1" } = options;
    const session = await connect(`${address}:${port}`, {
      alpn: "h3",
      servername,
      verifyPeer: "manual",
      // A socket of its own: what one client does must not show in another.
      reuseEndpoint: false,
    });
    session.closed.catch(() => {});
    await session.opened;
    return new H3Client(session);
  }

  /** Sends a request and gives its stream; `request.body` is sent as far as flow control allows. */
  async open(request: H3Request): Promise<H3Stream> {
    const fields = {
      ":method": request.method ?? "GET",
      ":scheme": "https",
      ":authority": request.authority ?? "localhost",
      ":path": request.path,
      ...request.headers,
    };
    if (request.body === undefined && request.trailers === undefined) {
      return new H3Stream(await this.session.createBidirectionalStream({ headers: fields }));
    }
    const stream = await this.session.createBidirectionalStream({});
    const opened = new H3Stream(stream);
    const { trailers } = request;
    if (trailers !== undefined) {
      stream.onwanttrailers = function onWantTrailers(this: QuicStream): void {
        this.sendTrailers({ ...trailers });
      };
    }
    stream.sendHeaders(fields);
    this.#send(stream, request.body ?? "").catch(() => {});
    return opened;
  }

  async request(request: H3Request): Promise<H3Response> {
    const stream = await this.open(request);
    const headers = await stream.head;
    const body = await stream.body();
    // Trailers that came with the end may be told of after it.
    await new Promise((resolve) => setImmediate(resolve));
    return {
      status: Number(headers[":status"]),
      headers,
      body,
      trailers: stream.trailers,
      informational: stream.informational,
    };
  }

  get(path: string, headers: Record<string, string | string[]> = {}): Promise<H3Response> {
    return this.request({ path, headers });
  }

  close(): void {
    // With a code the engine sends CONNECTION_CLOSE; without one it just leaves.
    if (!this.session.destroyed) this.session.destroy(undefined, { type: "application", code: 0x100 });
  }

  async #send(stream: QuicStream, body: Uint8Array | string | AsyncIterable<Uint8Array>): Promise<void> {
    const { writer } = stream;
    const drainable = Symbol.for("Stream.drainableProtocol");
    const pieces =
      typeof body === "string" ? [new TextEncoder().encode(body)] : body instanceof Uint8Array ? split(body) : body;
    for await (const piece of pieces) {
      while (!writer.writeSync(piece)) {
        const room: unknown = Reflect.apply(Reflect.get(writer, drainable), writer, []);
        if (room === null) return;
        await room;
      }
    }
    writer.endSync();
  }
}

function split(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < bytes.length; i += 65_536) pieces.push(bytes.subarray(i, i + 65_536));
  return pieces;
}
