/**
 * A small backend to try the proxy on: cleartext HTTP/2 by prior knowledge (RFC 9113 §3.3), on loopback only.
 * @module
 */
import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import { DEMO_PAGE } from "./page.ts";

const ADDRESS = "127.0.0.1";
const CHUNK: Uint8Array = new Uint8Array(64 * 1024).fill(0x2e);
const CHUNKS_PER_TURN = 16;
/** More in one answer is refused: 10 GiB. */
const MAX_BYTES = 10 * 1024 ** 3;

export interface DemoBackend {
  readonly port: number;
  /** Ends all connections, whatever they are doing. */
  close(): Promise<void>;
}

/** Starts the backend; port 0 takes a free one. Throws a {@link SpookyError} when it cannot listen. */
export async function startDemoBackend(port: number): Promise<DemoBackend> {
  const server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
    session.on("error", () => session.destroy());
  });
  server.on("stream", (stream, headers) => answer(stream as ServerHttp2Stream, headers));
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}

function listen(server: Http2Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: Error & { code?: string }) => {
      const failure = cause.code === "EADDRINUSE" ? FAILURES.listenAddressInUse : FAILURES.listenFailed;
      const hint = "the demo backend needs this port; does another demo run?";
      reject(new SpookyError(failure, `tcp ${ADDRESS}:${port}`, { hint, cause }));
    });
    server.listen(port, ADDRESS, resolve);
  });
}

function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  // A client that went away is no reason to stop.
  stream.on("error", () => stream.destroy());
  const [path = "/"] = String(headers[":path"] ?? "/").split("?", 1);
  if (path === "/") return send(stream, headers, 200, "text/html; charset=utf-8", DEMO_PAGE);
  if (path === "/health") return send(stream, headers, 200, "text/plain", "ok\n");
  if (path === "/headers")
    return send(stream, headers, 200, "application/json", `${JSON.stringify(headers, null, 2)}\n`);
  if (path === "/echo") return echo(stream, headers);
  const bytes = /^\/bytes\/([0-9]{1,11})$/.exec(path)?.[1];
  if (bytes !== undefined && Number(bytes) <= MAX_BYTES) return sendBytes(stream, headers, Number(bytes));
  send(stream, headers, 404, "text/plain", "the demo backend has /, /echo, /headers, /bytes/N and /health\n");
}

function send(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  status: number,
  contentType: string,
  body: string,
): void {
  stream.resume();
  stream.respond(
    { ":status": status, "content-type": contentType, "content-length": Buffer.byteLength(body) },
    { endStream: isHead(headers) },
  );
  if (!isHead(headers)) stream.end(body);
}

/** Sends the body back as it comes. */
function echo(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const length = headers["content-length"];
  stream.respond(
    {
      ":status": 200,
      "content-type": headers["content-type"] ?? "application/octet-stream",
      ...(length === undefined ? {} : { "content-length": length }),
    },
    { endStream: isHead(headers) },
  );
  if (isHead(headers)) stream.resume();
  else stream.pipe(stream);
}

function sendBytes(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, total: number): void {
  stream.resume();
  const isEmpty = isHead(headers) || total === 0;
  stream.respond(
    { ":status": 200, "content-type": "application/octet-stream", "content-length": total },
    { endStream: isEmpty },
  );
  if (isEmpty) return;
  let left = total;
  const write = (): void => {
    // A stream whose connection broke may take everything for a while: others must get their turn all the same.
    for (let i = 0; i < CHUNKS_PER_TURN && left > 0; i++) {
      if (stream.destroyed) return;
      const chunk = left < CHUNK.byteLength ? CHUNK.subarray(0, left) : CHUNK;
      left -= chunk.byteLength;
      if (!stream.write(chunk) && left > 0) {
        stream.once("drain", write);
        return;
      }
    }
    if (left > 0) setImmediate(write);
    else stream.end();
  };
  write();
}

function isHead(headers: IncomingHttpHeaders): boolean {
  return headers[":method"] === "HEAD";
}
