import { afterEach, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import type { BackendClient } from "../src/upstream/backend-client.ts";
import { FrameServer } from "./support/frame-server.ts";
import { Http2Backend } from "./support/http2-backend.ts";
import { backendClient, fetchAnswer, send, until, upload } from "./support/upstream-client.ts";

const clients: BackendClient[] = [];
const servers: { stop(): void }[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) server.stop();
});

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** A backend in a process of its own, so that its memory and its work are not taken for the client's. */
async function endlessBackend(): Promise<BackendClient> {
  const child = spawn(process.execPath, [`${import.meta.dir}/support/large-body-backend.ts`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  servers.push({ stop: () => child.kill("SIGKILL") });
  const port = await new Promise<number>((resolve) =>
    child.stdout.once("data", (text) => resolve(Number(String(text)))),
  );
  const client = backendClient(port, { bodyTotalTimeoutMs: 60_000, totalTimeoutMs: 60_000 });
  clients.push(client);
  return client;
}

test("a paused response holds the backend back, and others go on", async () => {
  const client = await endlessBackend();
  const paused = Array.from({ length: 5 }, () => {
    const [stream, answer] = send(client, "GET", `/${GIB}`);
    answer.onHead = () => stream.pause();
    return { stream, answer };
  });
  await until(() => paused.every(({ answer }) => answer.head !== undefined));
  await Bun.sleep(300);
  const before = paused.map(({ answer }) => answer.bytes);
  const sent = Number((await fetchAnswer(client, "/sent")).text);
  // A window of 1 MiB each, and what the backend itself buffers.
  expect(sent).toBeLessThan(5 * 2 * MIB);
  expect((await fetchAnswer(client, `/${10 * MIB}`)).bytes).toBe(10 * MIB);
  expect(paused.map(({ answer }) => answer.bytes)).toEqual(before);
  for (const { stream } of paused) stream.resume();
  await until(() => paused.every(({ answer }) => answer.bytes > 4 * MIB));
  for (const { stream } of paused) stream.cancel();
  expect(client.stats.connectsCount).toBe(1);
}, 30_000);

test("1 GiB to a slow reader keeps memory flat, and all of it arrives", async () => {
  const client = await endlessBackend();
  await fetchAnswer(client, `/${64 * MIB}`);
  const [stream, answer] = send(client, "GET", `/${GIB}`);
  let sinceMib = 0;
  let pauses = 0;
  let peak = 0;
  const baseline = process.memoryUsage().rss;
  answer.onData = (chunk) => {
    sinceMib += chunk.byteLength;
    if (sinceMib < 4 * MIB) return;
    sinceMib = 0;
    pauses++;
    peak = Math.max(peak, process.memoryUsage().rss);
    stream.pause();
    setTimeout(() => stream.resume(), 5);
  };
  await answer.done;
  expect([answer.bytes, answer.isEnded, answer.failure]).toEqual([GIB, true, undefined]);
  expect(pauses).toBeGreaterThan(200);
  expect((peak - baseline) / MIB).toBeLessThan(60);
}, 60_000);

test("an upload waits for the backend, and goes on when there is room", async () => {
  let received = 0;
  const server = await Http2Backend.start((stream) => {
    stream.pause();
    setTimeout(() => stream.resume(), 150);
    stream.on("data", (chunk: Buffer) => (received += chunk.length));
    stream.on("end", () => {
      stream.respond({ ":status": 200 });
      stream.end(String(received));
    });
    stream.pause();
  });
  servers.push(server);
  const client = backendClient(server.port);
  clients.push(client);
  const [stream, answer] = upload(client, "/");
  const chunk = Buffer.alloc(32 * 1024, 7);
  let written = 0;
  let writtenWhenBlocked = 0;
  const pump = (): void => {
    while (written < 8 * MIB) {
      written += chunk.length;
      if (!stream.write(chunk)) {
        if (writtenWhenBlocked === 0) setTimeout(() => (writtenWhenBlocked = written), 100);
        return;
      }
    }
    stream.end(undefined);
  };
  answer.onWritable = pump;
  pump();
  await answer.done;
  expect(answer.text).toBe(String(8 * MIB));
  expect(writtenWhenBlocked).toBeLessThan(MIB);
  expect(answer.writableCount).toBeGreaterThan(1);
});

test("a body that is written before there is a connection is held, and the writer told to wait", async () => {
  const server = await FrameServer.start(() => {});
  servers.push(server);
  const client = backendClient(server.port);
  clients.push(client);
  const [stream, answer] = upload(client, "/");
  expect(stream.write(Buffer.alloc(60 * 1024))).toBe(true);
  expect(stream.write(Buffer.alloc(60 * 1024))).toBe(false);
  stream.cancel();
  await Bun.sleep(30);
  expect([answer.writableCount, server.frames.filter(({ stream: id }) => id === 1)]).toEqual([0, []]);
  expect(client.stats.waitingRequestsCount).toBe(0);
});
