import { afterEach, describe, expect, test } from "bun:test";
import { FAILURES } from "../src/errors/catalogue.ts";
import type { BackendClient } from "../src/upstream/backend-client.ts";
import type { BackendOptions } from "../src/upstream/backend-options.ts";
import type { FrameHandler } from "./support/frame-server.ts";
import { END_STREAM, frame, FrameServer, GOAWAY, head200, HEADERS, SETTINGS } from "./support/frame-server.ts";
import { backendClient, fetchAnswer, send, until } from "./support/upstream-client.ts";

const clients: BackendClient[] = [];
const servers: { stop(): void }[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) server.stop();
});

async function frames(
  handler: FrameHandler,
  changes: Partial<BackendOptions> = {},
  settings?: Buffer,
): Promise<[BackendClient, FrameServer]> {
  const server = await FrameServer.start(handler, settings);
  servers.push(server);
  const client = backendClient(server.port, changes);
  clients.push(client);
  return [client, server];
}

/** SETTINGS_MAX_CONCURRENT_STREAMS. */
function streamLimit(count: number): Buffer {
  return frame(SETTINGS, 0, 0, [0, 3, 0, 0, 0, count]);
}

const answerAtOnce: FrameHandler = (socket, { type, stream }) => {
  if (type === HEADERS) socket.write(head200(stream, END_STREAM));
};

describe("the peer's limit on streams", () => {
  test("is kept to, and more connections are opened up to their own limit", async () => {
    const current = new Map<number, number>();
    let most = 0;
    const [client, server] = await frames(
      (socket, { type, stream }, connection) => {
        if (type !== HEADERS) return;
        const count = (current.get(connection) ?? 0) + 1;
        current.set(connection, count);
        most = Math.max(most, count);
        setTimeout(() => {
          current.set(connection, (current.get(connection) ?? 0) - 1);
          socket.write(head200(stream, END_STREAM));
        }, 5);
      },
      { maxSessions: 3 },
      streamLimit(4),
    );
    const answers = await Promise.all(Array.from({ length: 100 }, () => fetchAnswer(client, "/")));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(most).toBe(4);
    expect([client.stats.connectsCount, server.sockets.size]).toEqual([3, 3]);
  });

  test("is followed when it is raised", async () => {
    const [client, server] = await frames(() => {}, { maxSessions: 1 }, streamLimit(1));
    const answers = Array.from({ length: 3 }, () => send(client, "GET", "/")[1]);
    await until(() => server.on(1, HEADERS).length === 1);
    await Bun.sleep(20);
    expect([server.on(3, HEADERS).length, client.stats.waitingRequestsCount]).toEqual([0, 2]);
    for (const socket of server.sockets) socket.write(streamLimit(10));
    await until(() => server.on(5, HEADERS).length === 1);
    for (const socket of server.sockets) for (const id of [1, 3, 5]) socket.write(head200(id, END_STREAM));
    for (const answer of answers) expect((await answer.done).status).toBe(200);
  });

  test("is not filled by requests that were cancelled while they waited", async () => {
    const [client, server] = await frames(() => {}, { maxSessions: 1 }, streamLimit(1));
    const [first] = send(client, "GET", "/");
    const [second] = send(client, "GET", "/");
    const [, third] = send(client, "GET", "/");
    await until(() => server.on(1, HEADERS).length === 1);
    second.cancel();
    first.cancel();
    await until(() => server.on(3, HEADERS).length === 1);
    for (const socket of server.sockets) socket.write(head200(3, END_STREAM));
    expect((await third.done).status).toBe(200);
    expect(server.on(5, HEADERS)).toHaveLength(0);
  });
});

describe("connections", () => {
  test("are opened by the first request, and closed after a time without any", async () => {
    const [client, server] = await frames(answerAtOnce, { idleTimeoutMs: 200 });
    await Bun.sleep(20);
    expect(server.sockets.size).toBe(0);
    await fetchAnswer(client, "/");
    await Bun.sleep(100);
    await fetchAnswer(client, "/");
    await Bun.sleep(100);
    expect([server.sockets.size, client.stats.connectsCount]).toEqual([1, 1]);
    await until(() => server.sockets.size === 0, 600);
    expect(server.on(0, GOAWAY).length).toBe(1);
    expect((await fetchAnswer(client, "/")).status).toBe(200);
    expect(client.stats.connectsCount).toBe(2);
  });

  test("beyond the number that is kept are closed when they are idle", async () => {
    const [client, server] = await frames(answerAtOnce, { maxIdleSessions: 1 }, streamLimit(1));
    await Promise.all(Array.from({ length: 10 }, () => fetchAnswer(client, "/")));
    expect(client.stats.connectsCount).toBeGreaterThan(1);
    await until(() => server.sockets.size === 1);
    expect(client.stats.idleConnectionsCount).toBe(1);
  });

  test("that break are replaced", async () => {
    const [client, server] = await frames(answerAtOnce);
    for (let i = 1; i <= 3; i++) {
      expect((await fetchAnswer(client, "/")).status).toBe(200);
      for (const socket of server.sockets) socket.resetAndDestroy();
      await until(() => client.stats.connectionsCount === 0);
      expect(client.stats.connectsCount).toBe(i);
    }
  });

  test("whose peer has vanished are found out and replaced", async () => {
    const [client] = await frames(
      (socket, { type, stream }, connection) => {
        if (connection > 1 && type === HEADERS) socket.write(head200(stream, END_STREAM));
      },
      { headersTimeoutMs: 150, connectTimeoutMs: 200 },
    );
    expect((await fetchAnswer(client, "/")).failure).toBe(FAILURES.upstreamTimeout);
    expect((await fetchAnswer(client, "/")).status).toBe(200);
    await until(() => client.stats.connectionsCount === 1, 1000);
    expect(client.stats.connectsCount).toBe(2);
  });

  test("that died while they were idle cost an idempotent request nothing", async () => {
    const [client] = await frames((socket, { type, stream }, connection) => {
      if (type !== HEADERS) return;
      if (connection === 1 && stream > 1) socket.destroy();
      else socket.write(head200(stream, END_STREAM));
    });
    await fetchAnswer(client, "/");
    expect((await fetchAnswer(client, "/")).status).toBe(200);
    expect(client.stats.retriesCount).toBe(1);
  });

  test("close: idle ones at once, busy ones after their last request", async () => {
    const [client, server] = await frames((socket, { type, stream }) => {
      if (type === HEADERS) setTimeout(() => socket.write(head200(stream, END_STREAM)), 80);
    });
    const [, answer] = send(client, "GET", "/");
    await until(() => server.on(1, HEADERS).length === 1);
    client.close();
    expect((await fetchAnswer(client, "/")).failure).toBe(FAILURES.upstreamConnectFailed);
    expect((await answer.done).status).toBe(200);
    await until(() => server.sockets.size === 0);
    const [idle, other] = await frames(answerAtOnce);
    await fetchAnswer(idle, "/");
    idle.close();
    await until(() => other.sockets.size === 0);
  });

  test("close while requests wait for one: they are served first", async () => {
    const [client, server] = await frames(answerAtOnce);
    const [, answer] = send(client, "GET", "/");
    client.close();
    expect((await answer.done).status).toBe(200);
    await until(() => server.sockets.size === 0);
  });

  test("that cannot be opened fail all who wait, and events say so", async () => {
    const told: string[] = [];
    const client = backendClient(1, {
      events: { onConnectFailed: (failure, detail) => told.push(`${failure.code} ${detail.split(":")[0]}`) },
    });
    clients.push(client);
    const answers = await Promise.all(Array.from({ length: 5 }, () => fetchAnswer(client, "/")));
    expect(answers.every(({ failure }) => failure === FAILURES.upstreamConnectFailed)).toBe(true);
    expect(told).toEqual(["SPK_UPSTREAM_CONNECT_FAILED ECONNREFUSED"]);
    expect(client.stats).toMatchObject({ connectFailuresCount: 1, activeRequestsCount: 0, waitingRequestsCount: 0 });
  });
});
