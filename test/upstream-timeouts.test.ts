import { afterEach, describe, expect, test } from "bun:test";
import { FAILURES } from "../src/errors/catalogue.ts";
import type { BackendClient } from "../src/upstream/backend-client.ts";
import type { BackendOptions } from "../src/upstream/backend-options.ts";
import type { FrameHandler } from "./support/frame-server.ts";
import { DATA, frame, FrameServer, head200, HEADERS, RST_STREAM } from "./support/frame-server.ts";
import { RawServer } from "./support/raw-server.ts";
import type { Answer } from "./support/upstream-client.ts";
import { backendClient, fetchAnswer, send, until, upload } from "./support/upstream-client.ts";

const clients: BackendClient[] = [];
const servers: { stop(): void }[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) server.stop();
});

async function frames(handler: FrameHandler, changes: Partial<BackendOptions>): Promise<[BackendClient, FrameServer]> {
  const server = await FrameServer.start(handler);
  servers.push(server);
  const client = backendClient(server.port, changes);
  clients.push(client);
  return [client, server];
}

/** Waits for a timeout, and says how long it took. */
async function timedOut(answer: Answer): Promise<number> {
  const startMs = performance.now();
  await answer.done;
  expect(answer.failure).toBe(FAILURES.upstreamTimeout);
  expect(answer.isEnded).toBe(false);
  return performance.now() - startMs;
}

/** Deadlines are looked at every 50 ms; the rest is for a busy machine. */
function expectAbout(elapsedMs: number, wantedMs: number): void {
  expect(elapsedMs).toBeGreaterThanOrEqual(wantedMs - 5);
  expect(elapsedMs).toBeLessThan(wantedMs + 250);
}

describe("time limits", () => {
  test("a backend that accepts and says nothing is not connected to for ever", async () => {
    const server = await RawServer.start(() => {});
    servers.push(server);
    const client = backendClient(server.port, { scheme: "https", connectTimeoutMs: 150 });
    clients.push(client);
    const startMs = performance.now();
    const answer = await fetchAnswer(client, "/");
    expectAbout(performance.now() - startMs, 150);
    expect([answer.failure, answer.detail]).toEqual([FAILURES.upstreamConnectFailed, "connect timeout"]);
    expect(answer.failure?.retryable).toBe(true);
  });

  test("a head must come in time, and the stream is reset when it does not", async () => {
    const [client, server] = await frames(() => {}, { headersTimeoutMs: 200 });
    const [, answer] = send(client, "GET", "/");
    expectAbout(await timedOut(answer), 200);
    await until(() => server.on(1, RST_STREAM).length === 1);
  });

  test("the wait for the head begins when the client has sent its body", async () => {
    const [client] = await frames(() => {}, { headersTimeoutMs: 200 });
    const [stream, answer] = upload(client, "/");
    for (let i = 0; i < 8; i++) {
      stream.write(Buffer.from("x"));
      await Bun.sleep(50);
    }
    expect(answer.failure).toBeUndefined();
    stream.end(undefined);
    expectAbout(await timedOut(answer), 200);
  });

  test("a backend that does not take the body is not waited for", async () => {
    const [client] = await frames(() => {}, { headersTimeoutMs: 200 });
    const [stream, answer] = upload(client, "/");
    while (stream.write(Buffer.alloc(16 * 1024)));
    expectAbout(await timedOut(answer), 200);
  });

  test("a body may not stop for long, unless its reader does", async () => {
    const [client] = await frames(
      (socket, { type, stream }) => {
        if (type !== HEADERS) return;
        socket.write(head200(stream));
        for (let i = 0; i < 6; i++) setTimeout(() => socket.write(frame(DATA, 0, stream, [1])), 60 * i);
      },
      { bodyIdleTimeoutMs: 200 },
    );
    const [, answer] = send(client, "GET", "/");
    const elapsedMs = await timedOut(answer);
    expect(answer.bytes).toBe(6);
    expectAbout(elapsedMs, 500);
    const [pausing, paused] = send(client, "GET", "/");
    paused.onHead = () => pausing.pause();
    await Bun.sleep(700);
    expect(paused.failure).toBeUndefined();
    pausing.resume();
    await timedOut(paused);
    expect(paused.bytes).toBe(6);
  });

  test("a body that trickles has an end too", async () => {
    const [client] = await frames(
      (socket, { type, stream }) => {
        if (type !== HEADERS) return;
        socket.write(head200(stream));
        const timer = setInterval(() => socket.write(frame(DATA, 0, stream, [1])), 20);
        socket.on("close", () => clearInterval(timer));
      },
      { bodyTotalTimeoutMs: 300 },
    );
    const [, answer] = send(client, "GET", "/");
    expectAbout(await timedOut(answer), 300);
    expect(answer.detail).toBe("response body took too long");
  });

  test("a request has a total limit, whatever it is doing", async () => {
    const [client] = await frames(() => {}, { totalTimeoutMs: 250 });
    const [stream, answer] = upload(client, "/");
    const timer = setInterval(() => stream.write(Buffer.from("x")), 20);
    expectAbout(await timedOut(answer), 250);
    clearInterval(timer);
  });

  test("waiting for a free stream counts as waiting for the head", async () => {
    const server = await FrameServer.start(() => {}, frame(4, 0, 0, [0, 3, 0, 0, 0, 1]));
    servers.push(server);
    const client = backendClient(server.port, { headersTimeoutMs: 200, maxSessions: 1 });
    clients.push(client);
    const [, first] = send(client, "GET", "/");
    const [, second] = send(client, "GET", "/");
    expectAbout(await timedOut(first), 200);
    await second.done;
    expect(second.failure).toBe(FAILURES.upstreamTimeout);
  });

  test("time limits hold over HTTP/1.1 as well", async () => {
    const server = await RawServer.start((socket, text) => {
      if (text.startsWith("GET /half")) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
      else if (!text.startsWith("GET")) socket.destroy();
    });
    servers.push(server);
    const client = backendClient(server.port, { headersTimeoutMs: 150, bodyIdleTimeoutMs: 200 });
    clients.push(client);
    expectAbout(await timedOut(send(client, "GET", "/")[1]), 150);
    const half = send(client, "GET", "/half")[1];
    await timedOut(half);
    expect(half.text).toBe("half");
    await until(() => server.sockets.size === 0);
  });
});
