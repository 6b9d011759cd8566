import type { Server, Socket } from "node:net";
import { createServer } from "node:net";
import { listen } from "./upstream-client.ts";

export type RawHandler = (socket: Socket, text: string, connection: number) => void;

/** A server that hands over what it receives as text, and answers with whatever bytes the test likes. */
export class RawServer {
  readonly port: number;
  /** What came on each connection, from 1 on. */
  readonly received: string[];
  readonly sockets: Set<Socket>;
  readonly #server: Server;

  private constructor(server: Server, port: number, received: string[], sockets: Set<Socket>) {
    this.#server = server;
    this.port = port;
    this.received = received;
    this.sockets = sockets;
  }

  static async start(handler: RawHandler, port = 0): Promise<RawServer> {
    const received: string[] = [];
    const sockets = new Set<Socket>();
    let connections = 0;
    const server = createServer((socket) => {
      const connection = ++connections;
      received[connection] = "";
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
      socket.on("data", (chunk: Buffer) => {
        const text = chunk.toString("latin1");
        received[connection] += text;
        handler(socket, text, connection);
      });
    });
    return new RawServer(server, await listen(server, port), received, sockets);
  }

  get connections(): number {
    return Math.max(0, this.received.length - 1);
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }
}

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** An HTTP/1.1 server that refuses the HTTP/2 preface, as most do. The handler sees requests alone. */
export function startHttp1(handler: RawHandler): Promise<RawServer> {
  const refused = new WeakSet<Socket>();
  return RawServer.start((socket, text, connection) => {
    if (refused.has(socket)) return;
    if (!text.startsWith(PREFACE)) {
      handler(socket, text, connection);
      return;
    }
    refused.add(socket);
    socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  });
}
