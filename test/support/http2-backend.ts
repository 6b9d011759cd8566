import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";

export type Http2Handler = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, fields: string[]) => void;

/** A cleartext HTTP/2 server on loopback. */
export class Http2Backend {
  readonly port: number;
  readonly #server: Http2Server;
  readonly #close: () => void;

  private constructor(server: Http2Server, port: number, close: () => void) {
    this.#server = server;
    this.port = port;
    this.#close = close;
  }

  static async start(handler: Http2Handler): Promise<Http2Backend> {
    const server = createServer();
    const sessions = new Set<{ destroy(): void }>();
    server.on("session", (session) => {
      sessions.add(session);
      session.on("error", () => {});
      session.on("close", () => sessions.delete(session));
    });
    server.on("stream", (stream, headers, _flags, fields) => {
      stream.on("error", () => {});
      handler(stream as ServerHttp2Stream, headers, fields as unknown as string[]);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no address");
    return new Http2Backend(server, address.port, () => {
      for (const session of sessions) session.destroy();
    });
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Cuts all connections and stops listening. */
  stop(): void {
    this.#close();
    this.#server.close();
  }
}
