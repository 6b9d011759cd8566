import { connect, type QuicSession, type QuicStream } from "node:quic";
import type { LoadConnection, RequestDone } from "./load-options.ts";

/** Opens an HTTP/3 connection, from a UDP socket of its own: the kernel spreads clients by address and port. */
export async function openH3Connection(port: number): Promise<LoadConnection> {
  const session = await connect(`127.0.0.1:${port}`, {
    alpn: "h3",
    servername: "localhost",
    verifyPeer: "manual",
    reuseEndpoint: false,
  });
  session.closed.catch(() => {});
  await session.opened;
  return new H3Connection(session);
}

class H3Connection implements LoadConnection {
  readonly #session: QuicSession;

  constructor(session: QuicSession) {
    this.#session = session;
  }

  request(path: string, done: RequestDone): void {
    const headers = { ":method": "GET", ":scheme": "https", ":authority": "localhost", ":path": path };
    this.#session.createBidirectionalStream({ headers }).then(
      (stream) => void readAnswer(stream, done),
      () => done(false, 0),
    );
  }

  close(): void {
    if (!this.#session.destroyed) this.#session.destroy();
  }
}

async function readAnswer(stream: QuicStream, done: RequestDone): Promise<void> {
  let status: unknown;
  let bodyBytes = 0;
  stream.closed.catch(() => {});
  stream.onheaders = (fields): void => void (status = fields[":status"]);
  try {
    for await (const batch of stream) for (const chunk of batch) bodyBytes += chunk.byteLength;
  } catch {
    status = undefined;
  }
  done(status === "200", bodyBytes);
}
