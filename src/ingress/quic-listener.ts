/**
 * HTTP/3: a `node:quic` endpoint over a socket that the supervisor opened.
 * @module
 */
import { hkdfSync } from "node:crypto";
import { listen, type QuicEndpoint, type QuicSession } from "node:quic";
import type { ExchangeHandler } from "../http/exchange.ts";
import type { HeadLimits } from "../http/head-limits.ts";
import { FlushBatch } from "./flush-batch.ts";
import type { Listener, ListenerEvents } from "./listener.ts";
import { QuicConnection } from "./quic-connection.ts";
import type { QuicContext } from "./quic-context.ts";
import { adoptUdpSocket } from "./quic-socket.ts";
import type { SpillBudget } from "./spill-buffer.ts";
import type { TlsIdentities } from "./tls-identities.ts";

/** RFC 9114 §8.1. */
const H3_NO_ERROR = 0x100;

/**
 * What the engine finds beyond its own limits it drops without a word, and a request whose `authorization` is missing is
 * not the request that was sent. So its limits are out of reach, and ours (`HeadLimits`) refuse.
 */
const ENGINE_HEAD_LIMITS = { maxHeaderPairs: 65_535, maxHeaderLength: 16 * 1024 * 1024 };

export interface QuicListenerOptions {
  /** A bound UDP socket; closed by the caller afterwards. */
  readonly udpFd: number;
  readonly identities: TlsIdentities;
  readonly handler: ExchangeHandler;
  readonly events: ListenerEvents;
  readonly limits: HeadLimits;
  /** Connections at one time; more are refused with CONNECTION_REFUSED. */
  readonly maxConnections: number;
  readonly idleTimeoutMs: number;
  readonly maxDataBytes: number;
  readonly maxStreamDataBytes: number;
  readonly maxBidiStreams: number;
  readonly maxUniStreams: number;
  /** For bodies that backends take more slowly than clients send them. */
  readonly spillBudget: SpillBudget;
}

/** Starts to serve HTTP/3. */
export async function listenQuic(options: QuicListenerOptions): Promise<Listener> {
  const connections = new Set<QuicConnection>();
  const { handler, events, limits, spillBudget } = options;
  const context: QuicContext = { handler, events, limits, batch: new FlushBatch(), spillBudget };
  const endpoint = await listen(
    (session: QuicSession) => {
      const connection = new QuicConnection(session, context);
      connections.add(connection);
      connection.start(() => connections.delete(connection));
    },
    {
      alpn: ["h3"],
      sni: options.identities.quicContexts(),
      application: ENGINE_HEAD_LIMITS,
      endpoint: {
        address: "127.0.0.1:0",
        // The engine counts to 16 bits.
        maxConnectionsTotal: Math.min(options.maxConnections, 65_535),
        ...endpointSecrets(options.identities.secretSeed()),
      },
      transportParams: {
        maxIdleTimeout: options.idleTimeoutMs,
        initialMaxData: options.maxDataBytes,
        initialMaxStreamDataBidiRemote: options.maxStreamDataBytes,
        initialMaxStreamDataUni: options.maxStreamDataBytes,
        initialMaxStreamsBidi: options.maxBidiStreams,
        initialMaxStreamsUni: options.maxUniStreams,
      },
    },
  );
  // An endpoint that fails takes its sessions with it; they are told one by one.
  endpoint.closed.catch(() => {});
  adoptUdpSocket(portOf(endpoint), options.udpFd);
  return {
    drain() {
      endpoint.busy = true;
      for (const connection of connections) connection.drain();
    },
    close() {
      for (const connection of connections) connection.close(H3_NO_ERROR);
      endpoint.destroy();
    },
  };
}

function portOf(endpoint: QuicEndpoint): number {
  return endpoint.address?.port ?? 0;
}

/**
 * Secrets for stateless resets and address validation tokens (RFC 9000 §10.3, §8.1), derived from the private key so
 * that all shards, and a shard that was restarted, have the same ones: whichever shard a packet reaches can answer.
 */
function endpointSecrets(seed: Uint8Array): { resetTokenSecret: Uint8Array; tokenSecret: Uint8Array } {
  const derive = (use: string): Uint8Array => new Uint8Array(hkdfSync("sha256", seed, "spooky", use, 16));
  return { resetTokenSecret: derive("quic stateless reset"), tokenSecret: derive("quic address token") };
}
