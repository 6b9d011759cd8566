import { afterAll, beforeAll, expect, test } from "bun:test";
import type { DaemonProcess } from "./support/daemon-process.ts";
import { H3Client } from "./support/h3-client.ts";
import { Http2Backend } from "./support/http2-backend.ts";
import { simpleUpstream, startProxy } from "./support/proxy.ts";

const CLIENT = new URL("support/vanishing-client.ts", import.meta.url).pathname;
/** A handshake that has to wait for the error of a dead socket takes a second or more. */
const LIMIT_MS = 300;

let backend: Http2Backend;
let proxy: DaemonProcess;

beforeAll(async () => {
  backend = await Http2Backend.start((stream, headers) => {
    stream.respond({ ":status": 200 });
    if (headers[":path"] !== "/endless") {
      stream.end("ok");
      return;
    }
    const piece = Buffer.alloc(65_536);
    // With a turn for others now and then: a stream whose connection broke takes everything until that is noticed.
    const fill = (): void => {
      for (let i = 0; i < 16; i++) {
        if (stream.destroyed) return;
        if (stream.write(piece)) continue;
        stream.once("drain", fill);
        return;
      }
      setImmediate(fill);
    };
    fill();
  });
  proxy = await startProxy({ upstream: simpleUpstream(backend.address) });
});

afterAll(async () => {
  await proxy.dispose();
  backend.stop();
});

async function handshakeMs(): Promise<number> {
  const startedMs = performance.now();
  const client = await H3Client.connect(proxy.ports.listen);
  expect((await client.get("/")).status).toBe(200);
  client.close();
  return performance.now() - startedMs;
}

test("a client killed in the middle of a response does not delay the next client's handshake", async () => {
  await handshakeMs();
  for (let round = 0; round < 5; round++) {
    const child = Bun.spawn([process.execPath, CLIENT, `${proxy.ports.listen}`, "/endless"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    // The first output is the sign that the response flows.
    await child.stdout.getReader().read();
    child.kill("SIGKILL");
    await child.exited;
    for (let i = 0; i < 5; i++) expect(await handshakeMs()).toBeLessThan(LIMIT_MS);
  }
});
