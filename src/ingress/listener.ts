/**
 * What the two kinds of listener have in common.
 * @module
 */

import type { Alpn, HandshakeFailure } from "../observe/outcome.ts";

/** What a listener tells about its connections, for metrics. */
export interface ListenerEvents {
  connectionOpened(alpn: Alpn): void;
  connectionClosed(): void;
  handshakeFailed(reason: HandshakeFailure): void;
}

export interface Listener {
  /** Refuses new connections and asks the present ones to end when their requests have (RFC 9114 §5.2, RFC 9113 §6.8). */
  drain(): void;
  /** Closes everything at once. */
  close(): void;
}
