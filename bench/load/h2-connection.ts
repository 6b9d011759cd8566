import { type ClientHttp2Session, connect } from "node:http2";
import type { LoadConnection, RequestDone } from "./load-options.ts";

/** Opens an HTTP/2 connection over TLS. */
export function openH2Connection(port: number): Promise<LoadConnection> {
  return new Promise((resolve, reject) => {
    const session = connect(`https://localhost:${port}`, { rejectUnauthorized: false });
    session.once("error", reject);
    session.once("connect", () => {
      session.on("error", () => session.destroy());
      resolve(new H2Connection(session));
    });
  });
}

class H2Connection implements LoadConnection {
  readonly #session: ClientHttp2Session;

  constructor(session: ClientHttp2Session) {
    this.#session = session;
  }

  request(path: string, done: RequestDone): void {
    if (this.#session.destroyed) {
      done(false, 0);
      return;
    }
    const stream = this.#session.request({ ":path": path });
    let status: unknown;
    let bodyBytes = 0;
    stream.on("response", (headers) => (status = headers[":status"]));
    stream.on("data", (chunk: Uint8Array) => (bodyBytes += chunk.byteLength));
    stream.on("error", () => (status = undefined));
    stream.on("close", () => done(status === 200, bodyBytes));
  }

  close(): void {
    this.#session.destroy();
  }
}
