import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect, type TLSSocket } from "node:tls";
import type { DaemonProcess } from "./support/daemon-process.ts";
import { H3Client } from "./support/h3-client.ts";
import { Http2Backend } from "./support/http2-backend.ts";
import { simpleUpstream, startProxy } from "./support/proxy.ts";

let backend: Http2Backend;
let proxy: DaemonProcess;

beforeAll(async () => {
  backend = await Http2Backend.start((stream) => stream.respond({ ":status": 204 }, { endStream: true }));
  proxy = await startProxy({ upstream: simpleUpstream(backend.address), performance: "max_active_connections: 3" });
});

afterAll(async () => {
  await proxy.dispose();
  backend.stop();
});

test("an HTTP/3 connection beyond max_active_connections is refused, and let in when another has closed", async () => {
  const clients = await Promise.all([1, 2, 3].map(() => H3Client.connect(proxy.ports.listen)));
  const outcome = await Promise.race([
    H3Client.connect(proxy.ports.listen).then(
      () => "connected",
      () => "refused",
    ),
    Bun.sleep(3000).then(() => "no answer"),
  ]);
  expect(outcome).not.toBe("connected");
  expect((await clients[0]?.get("/"))?.status).toBe(204);
  for (const client of clients) client.close();
  await proxy.until(async () => (await proxy.metrics()).get("spooky_active_connections") === 0);
  const late = await H3Client.connect(proxy.ports.listen);
  expect((await late.get("/")).status).toBe(204);
  late.close();
});

test("a TCP connection beyond max_active_connections is closed before its handshake", async () => {
  const open = (): Promise<TLSSocket | undefined> => {
    const socket = connect({ port: proxy.ports.listen, host: "127.0.0.1", rejectUnauthorized: false });
    const { promise, resolve } = Promise.withResolvers<TLSSocket | undefined>();
    socket.on("secureConnect", () => resolve(socket));
    socket.on("error", () => resolve(undefined));
    socket.on("close", () => resolve(undefined));
    return promise;
  };
  const sockets = await Promise.all([open(), open(), open()]);
  expect(sockets).not.toContain(undefined);
  expect(await open()).toBeUndefined();
  for (const socket of sockets) socket?.destroy();
});
