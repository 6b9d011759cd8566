/**
 * HTTP/1.1 connections of a listener: made known at their first request, ended between two requests.
 * @module
 */
import type { ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import type { ListenerEvents } from "./listener.ts";
import { TcpConnection } from "./tcp-connection.ts";

interface Entry {
  readonly connection: TcpConnection;
  /** Requests without a complete answer; pipelining makes it more than one. */
  openCount: number;
}

export class Http1Connections {
  readonly #entries = new Map<TLSSocket, Entry>();
  #isDraining = false;

  connectionOf(socket: TLSSocket, events: ListenerEvents): TcpConnection {
    const known = this.#entries.get(socket);
    if (known !== undefined) return known.connection;
    const connection = new TcpConnection(socket, "HTTP/1.1");
    this.#entries.set(socket, { connection, openCount: 0 });
    events.connectionOpened("http/1.1");
    socket.once("close", () => {
      if (this.#entries.delete(socket)) events.connectionClosed();
    });
    return connection;
  }

  /** A request of the connection is being answered. */
  begin(socket: TLSSocket, response: ServerResponse): void {
    const entry = this.#entries.get(socket);
    if (entry === undefined) return;
    entry.openCount += 1;
    if (this.#isDraining) response.shouldKeepAlive = false;
    response.once("close", () => {
      entry.openCount -= 1;
      if (this.#isDraining && entry.openCount === 0) socket.destroySoon();
    });
  }

  /** Closes connections that are idle now, the others after their last answer. */
  drain(): void {
    this.#isDraining = true;
    for (const [socket, entry] of this.#entries) if (entry.openCount === 0) socket.destroySoon();
  }

  close(): void {
    for (const socket of this.#entries.keys()) socket.destroy();
  }
}
