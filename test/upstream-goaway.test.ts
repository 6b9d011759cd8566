import { afterEach, describe, expect, test } from "bun:test";
import { FAILURES } from "../src/errors/catalogue.ts";
import type { BackendClient } from "../src/upstream/backend-client.ts";
import type { BackendOptions } from "../src/upstream/backend-options.ts";
import type { FrameHandler } from "./support/frame-server.ts";
import { DATA, END_STREAM, FrameServer, goaway, head200, HEADERS, reset } from "./support/frame-server.ts";
import { Http2Backend } from "./support/http2-backend.ts";
import { backendClient, fetchAnswer, send, until, upload } from "./support/upstream-client.ts";

const clients: BackendClient[] = [];
const servers: { stop(): void }[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) server.stop();
});

async function frames(
  handler: FrameHandler,
  changes: Partial<BackendOptions> = {},
): Promise<[BackendClient, FrameServer]> {
  const server = await FrameServer.start(handler);
  servers.push(server);
  const client = backendClient(server.port, changes);
  clients.push(client);
  return [client, server];
}

const REFUSED_STREAM = 7;

describe("GOAWAY", () => {
  test("streams above the last one are sent again elsewhere, the others end where they are", async () => {
    const [client] = await frames((socket, { type, stream }, connection) => {
      if (type !== HEADERS) return;
      if (connection > 1) socket.write(head200(stream, END_STREAM, [["x-on", "second"]]));
      else if (stream === 5) {
        socket.write(goaway(1));
        setTimeout(() => socket.write(head200(1, END_STREAM, [["x-on", "first"]])), 20);
      }
    });
    const warmUp = fetchAnswer(client, "/1");
    const answers = await Promise.all([warmUp, fetchAnswer(client, "/2"), fetchAnswer(client, "/3")]);
    expect(answers.map(({ head }) => head?.headers.get("x-on"))).toEqual(["first", "second", "second"]);
    expect(client.stats).toMatchObject({ connectsCount: 2, retriesCount: 2 });
  });

  test("a graceful one keeps what is under way, and new requests go elsewhere at once", async () => {
    const [client] = await frames((socket, { type, stream }, connection) => {
      if (type !== HEADERS) return;
      if (connection === 1) {
        socket.write(goaway(0x7fff_ffff));
        setTimeout(() => socket.write(head200(stream, END_STREAM, [["x-on", "first"]])), 60);
      } else socket.write(head200(stream, END_STREAM, [["x-on", "second"]]));
    });
    const [, first] = send(client, "GET", "/");
    await until(() => client.stats.idleConnectionsCount === 0 && client.stats.connectionsCount === 1);
    await Bun.sleep(20);
    const second = await fetchAnswer(client, "/");
    expect(second.head?.headers.get("x-on")).toBe("second");
    expect(first.isEnded).toBe(false);
    expect((await first.done).head?.headers.get("x-on")).toBe("first");
    expect(client.stats.retriesCount).toBe(0);
  });

  test("one with an error retries only what was surely not processed", async () => {
    const [client] = await frames((socket, { type, stream }, connection) => {
      if (type !== HEADERS) return;
      if (connection > 1) socket.write(head200(stream, END_STREAM));
      else if (stream === 3) socket.end(goaway(1, 11));
    });
    const [first, second] = await Promise.all([fetchAnswer(client, "/1", "POST"), fetchAnswer(client, "/2", "POST")]);
    expect([first.failure, second.status]).toEqual([FAILURES.upstreamReset, 200]);
  });

  test("a small body that was sent already is sent again", async () => {
    const bodies: string[] = [];
    const [client] = await frames((socket, { type, flags, stream, payload }, connection) => {
      if (type !== DATA) return;
      bodies[connection] = (bodies[connection] ?? "") + payload.toString();
      if (connection === 1) socket.write(goaway(0));
      else if ((flags & END_STREAM) !== 0) socket.write(head200(stream, END_STREAM));
    });
    const [stream, answer] = upload(client, "/");
    stream.write(Buffer.from("first,"));
    await until(() => client.stats.retriesCount === 1);
    stream.write(Buffer.from("second"));
    stream.end(undefined);
    await answer.done;
    expect([answer.status, bodies[1], bodies[2]]).toEqual([200, "first,", "first,second"]);
  });

  test("a body beyond 64 KiB is not sent again: the failure says that it may be", async () => {
    let received = 0;
    const [client] = await frames((socket, { type, payload }) => {
      if (type !== DATA) return;
      const before = received;
      received += payload.length;
      if (before < 60_000 && received >= 60_000) socket.write(goaway(0));
    });
    const [stream, answer] = upload(client, "/");
    stream.write(Buffer.alloc(40_000));
    stream.write(Buffer.alloc(40_000));
    await answer.done;
    expect(answer.failure).toBe(FAILURES.upstreamRefusedStream);
    expect(answer.failure?.retryable).toBe(true);
    expect(client.stats.retriesCount).toBe(0);
  });

  test("none of 2,000 requests is lost when the backend goes away every 50 requests", async () => {
    const seen = new Map<string, number>();
    const server = await Http2Backend.start((stream, headers) => {
      const path = headers[":path"] ?? "";
      const { session } = stream;
      if (session === undefined) return;
      const counted = session as { served?: number };
      counted.served = (counted.served ?? 0) + 1;
      // Beyond the fiftieth, streams are above the last one that GOAWAY names: not processed.
      if (counted.served > 50) return;
      seen.set(path, (seen.get(path) ?? 0) + 1);
      if (counted.served === 50) session.goaway(0, stream.id ?? 0);
      setTimeout(() => {
        if (stream.destroyed) return;
        stream.respond({ ":status": 200 });
        stream.end(path);
      }, 1);
    });
    servers.push(server);
    const client = backendClient(server.port);
    clients.push(client);
    let next = 0;
    let right = 0;
    const failures: string[] = [];
    const worker = async (): Promise<void> => {
      while (next < 2000) {
        const path = `/${next++}`;
        const answer = await fetchAnswer(client, path, "POST");
        if (answer.text === path && answer.isEnded) right++;
        else failures.push(`${path} ${answer.failure?.code} ${answer.detail}`);
      }
    };
    await Promise.all(Array.from({ length: 60 }, worker));
    expect(failures).toEqual([]);
    expect(right).toBe(2000);
    expect([...seen.values()].filter((count) => count !== 1)).toEqual([]);
    expect(client.stats.connectsCount).toBeGreaterThanOrEqual(40);
  });
});

describe("REFUSED_STREAM", () => {
  test("is tried again on another stream", async () => {
    const [client] = await frames((socket, { type, stream }) => {
      if (type === HEADERS) socket.write(stream === 1 ? reset(stream, REFUSED_STREAM) : head200(stream, END_STREAM));
    });
    expect((await fetchAnswer(client, "/", "POST")).status).toBe(200);
    expect(client.stats.retriesCount).toBe(1);
  });

  test("is tried a bounded number of times", async () => {
    let tries = 0;
    const [client] = await frames((socket, { type, stream }) => {
      if (type !== HEADERS) return;
      tries++;
      socket.write(reset(stream, REFUSED_STREAM));
    });
    const answer = await fetchAnswer(client, "/");
    expect(answer.failure).toBe(FAILURES.upstreamRefusedStream);
    expect(tries).toBe(4);
  });

  test("after a head is a failure that must not be retried", async () => {
    const [client] = await frames((socket, { type, stream }) => {
      if (type === HEADERS) socket.write(Buffer.concat([head200(stream), reset(stream, REFUSED_STREAM)]));
    });
    const answer = await fetchAnswer(client, "/");
    expect([answer.status, answer.failure?.retryable]).toEqual([200, false]);
  });

  test("other resets are not tried again", async () => {
    let tries = 0;
    const [client] = await frames((socket, { type, stream }) => {
      if (type !== HEADERS) return;
      tries++;
      socket.write(reset(stream, 2));
    });
    expect((await fetchAnswer(client, "/")).failure).toBe(FAILURES.upstreamReset);
    expect(tries).toBe(1);
  });
});
