import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { ServerHttp2Stream } from "node:http2";
import type { DaemonProcess } from "./support/daemon-process.ts";
import { H3Client } from "./support/h3-client.ts";
import { Http2Backend } from "./support/http2-backend.ts";
import { simpleUpstream, startProxy } from "./support/proxy.ts";
import { openHttp2, requestHttp2 } from "./support/tls-client.ts";

const TWO_SHARDS = "worker_threads: 2\nshutdown_drain_timeout_ms: 4000";
/** Enough connections that the kernel has chosen each of two shards at least once. */
const MANY_CONNECTIONS = 16;

let backend: Http2Backend;
/** Requests to /held, which are answered when the test says so. */
const held: ServerHttp2Stream[] = [];

beforeAll(async () => {
  backend = await Http2Backend.start((stream, headers) => {
    if (headers[":path"] === "/held") {
      held.push(stream);
      return;
    }
    stream.respond({ ":status": 200 });
    stream.end("hello");
  });
});
afterAll(() => backend.stop());

let proxy: DaemonProcess | undefined;
const clients: H3Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  held.length = 0;
  await proxy?.dispose();
  proxy = undefined;
});

async function start(): Promise<DaemonProcess> {
  proxy = await startProxy({ upstream: simpleUpstream(backend.address), performance: TWO_SHARDS, logLevel: "scream" });
  return proxy;
}

async function connect(running: DaemonProcess): Promise<H3Client> {
  const client = await H3Client.connect(running.ports.listen);
  clients.push(client);
  return client;
}

async function requestsByWorker(running: DaemonProcess): Promise<[number, number]> {
  const metrics = await running.metrics();
  const of = (worker: number): number => metrics.get(`spooky_worker_requests_total{worker="${worker}"}`) ?? 0;
  return [of(0), of(1)];
}

/** HTTP/3 clients by the shard that serves them. */
async function clientsByShard(running: DaemonProcess): Promise<[H3Client[], H3Client[]]> {
  const found: [H3Client[], H3Client[]] = [[], []];
  for (let i = 0; i < MANY_CONNECTIONS; i++) {
    const before = await requestsByWorker(running);
    const client = await connect(running);
    expect((await client.get("/")).status).toBe(200);
    const after = await requestsByWorker(running);
    found[after[0] > before[0] ? 0 : 1].push(client);
  }
  expect(Math.min(found[0].length, found[1].length)).toBeGreaterThan(0);
  return found;
}

describe("two shards", () => {
  test("share one UDP port and one TCP port", async () => {
    const running = await start();
    await clientsByShard(running);
    const before = await requestsByWorker(running);
    for (let i = 0; i < MANY_CONNECTIONS; i++) {
      const session = openHttp2(running.ports.listen);
      expect((await requestHttp2(session, "/")).status).toBe(200);
      session.destroy();
    }
    const after = await requestsByWorker(running);
    expect(after[0]).toBeGreaterThan(before[0]);
    expect(after[1]).toBeGreaterThan(before[1]);
    expect(after[0] + after[1]).toBe(2 * MANY_CONNECTIONS);
    const metrics = await running.metrics();
    expect(metrics.get("spooky_requests_total")).toBe(2 * MANY_CONNECTIONS);
    expect(metrics.get("spooky_requests_success")).toBe(2 * MANY_CONNECTIONS);
    const alpn = (protocol: string): string =>
      `spooky_downstream_tls_alpn_total{listener="127.0.0.1:${running.ports.listen}",protocol="${protocol}"}`;
    expect([metrics.get(alpn("h3")), metrics.get(alpn("h2"))]).toEqual([MANY_CONNECTIONS, MANY_CONNECTIONS]);
  });

  test("die alone: the other keeps serving without a failed request, and the killed one is back within a second", async () => {
    const running = await start();
    const [, [survivor]] = await clientsByShard(running);
    const before = await running.metrics();
    const killedPid = await running.shardPid(0);
    const killed = { isBack: false };
    let answerCount = 0;
    const asking = (async () => {
      while (!killed.isBack) {
        expect((await survivor?.get("/"))?.status).toBe(200);
        answerCount++;
      }
    })();
    process.kill(killedPid, "SIGKILL");
    const startedMs = performance.now();
    await running.until(async () => {
      const { ready, shards } = await running.readiness();
      return ready && shards[0]?.pid !== killedPid;
    });
    expect(performance.now() - startedMs).toBeLessThan(1000);
    killed.isBack = true;
    await asking;
    expect(answerCount).toBeGreaterThan(10);

    for (let i = 0; i < MANY_CONNECTIONS; i++) expect((await (await connect(running)).get("/")).status).toBe(200);
    const after = await running.metrics();
    expect(after.get("spooky_requests_total")).toBe(
      (before.get("spooky_requests_total") ?? 0) + answerCount + MANY_CONNECTIONS,
    );
    expect(after.get("spooky_requests_failure")).toBe(0);
    expect(after.get('spooky_shard_restarts_total{worker="0"}')).toBe(1);
  });

  test("answer a client whose first packet came while its shard was dead", async () => {
    const running = await start();
    for (const shard of [0, 1]) process.kill(await running.shardPid(shard), "SIGKILL");
    const startedMs = performance.now();
    expect((await (await connect(running)).get("/")).status).toBe(200);
    expect(performance.now() - startedMs).toBeLessThan(1500);
  });
});

/** Drains with one request held at the backend and nothing new let in; then answers it, and the proxy must end with 0. */
async function drainWithHeld(running: DaemonProcess): Promise<void> {
  await running.until(() => held.length === 1);
  running.signal("SIGTERM");
  await running.until(async () => (await running.readiness()).draining);
  await running.until(async () => {
    const late = openHttp2(running.ports.listen);
    const isRefused = await requestHttp2(late, "/").then(
      () => false,
      () => true,
    );
    late.destroy();
    return isRefused;
  });
  const [stream] = held.splice(0);
  expect(stream?.destroyed).toBe(false);
  stream?.respond({ ":status": 200 });
  stream?.end("at last");
}

describe("a drain", () => {
  test("lets an HTTP/3 request in flight finish, then ends with 0", async () => {
    const running = await start();
    const answer = (await connect(running)).get("/held");
    answer.catch(() => {});
    await drainWithHeld(running);
    const { status, body } = await answer;
    expect([status, Buffer.from(body).toString()]).toEqual([200, "at last"]);
    expect(await running.exited()).toBe(0);
  });

  test("refuses new HTTP/3 handshakes", async () => {
    const running = await start();
    const answer = (await connect(running)).get("/held");
    answer.catch(() => {});
    await running.until(() => held.length === 1);
    running.signal("SIGTERM");
    await running.until(async () => (await running.readiness()).draining);
    const late = await Promise.race([
      H3Client.connect(running.ports.listen).then(
        () => "connected",
        () => "refused",
      ),
      Bun.sleep(1000).then(() => "no answer"),
    ]);
    expect(late).not.toBe("connected");
    for (const stream of held.splice(0)) stream.respond({ ":status": 204 }, { endStream: true });
    expect((await answer).status).toBe(204);
  });

  test("lets an HTTP/2 request in flight finish, then ends with 0", async () => {
    const running = await start();
    const answer = requestHttp2(openHttp2(running.ports.listen), "/held");
    answer.catch(() => {});
    await drainWithHeld(running);
    const { status, body } = await answer;
    expect([status, body]).toEqual([200, "at last"]);
    expect(await running.exited()).toBe(0);
  });
});
