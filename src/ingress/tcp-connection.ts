import type { TLSSocket } from "node:tls";
import type { Connection } from "../http/exchange.ts";
import { createForwardedClient, type ForwardedClient } from "../http/forwarded.ts";
import type { HttpVersion } from "../http/head.ts";
import { plainAddress } from "./address.ts";
import { nextConnectionId } from "./connection-id.ts";
import { createStickyKey } from "./sticky-key.ts";

/** Facts about a TLS connection over TCP. */
export class TcpConnection implements Connection {
  readonly id: number = nextConnectionId();
  readonly stickyKey: number = createStickyKey();
  readonly version: HttpVersion;
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly serverName: string;
  readonly forwarded: ForwardedClient;

  constructor(socket: TLSSocket, version: HttpVersion) {
    this.version = version;
    this.clientAddress = plainAddress(socket.remoteAddress ?? "");
    this.clientPort = socket.remotePort ?? 0;
    this.localAddress = plainAddress(socket.localAddress ?? "");
    this.localPort = socket.localPort ?? 0;
    this.forwarded = createForwardedClient(this.clientAddress, "https", version);
    const { servername } = socket as TLSSocket & { servername?: string | false };
    this.serverName = typeof servername === "string" ? servername : "";
  }
}
