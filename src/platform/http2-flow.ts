import type { Http2Stream } from "node:http2";

/**
 * Makes `pause` and `resume` of an HTTP/2 stream hold the peer back.
 *
 * The runtime gives the peer a whole new window at every `resume`, however much of the last one still waits to be read;
 * a stream that is paused and resumed often fills the memory. Without its listeners the stream asks for more only when
 * what it holds has been read, which is right.
 */
export function holdBackWhilePaused(stream: Http2Stream): void {
  stream.removeAllListeners("pause");
  stream.removeAllListeners("resume");
}
