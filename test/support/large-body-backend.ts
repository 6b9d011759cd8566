/** Answers `/<n>` with n bytes, as fast as they are taken, and `/sent` with the bytes written so far. */
import type { ServerHttp2Stream } from "node:http2";
import { createServer } from "node:http2";

const CHUNK = Buffer.alloc(64 * 1024, 97);
let sent = 0;

const server = createServer();
server.on("session", (session) => session.on("error", () => {}));
server.on("stream", (opened, headers) => {
  const stream = opened as ServerHttp2Stream;
  stream.on("error", () => {});
  stream.respond({ ":status": 200 });
  if (headers[":path"] === "/sent") {
    stream.end(String(sent));
    return;
  }
  let left = Number(headers[":path"]?.slice(1));
  const pump = (): void => {
    while (left > 0 && !stream.destroyed) {
      const piece = left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK;
      left -= piece.length;
      sent += piece.length;
      if (!stream.write(piece)) {
        stream.once("drain", pump);
        return;
      }
    }
    if (!stream.destroyed) stream.end();
  };
  pump();
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") process.stdout.write(`${address.port}\n`);
});
