import { afterEach, describe, expect, test } from "bun:test";
import { createServer as createHttp1 } from "node:http";
import { createServer as createHttp2, createSecureServer } from "node:http2";
import { createServer as createHttps } from "node:https";
import type { Server } from "node:net";
import { FAILURES } from "../src/errors/catalogue.ts";
import type { BackendClient } from "../src/upstream/backend-client.ts";
import type { BackendOptions } from "../src/upstream/backend-options.ts";
import { testCertificate } from "./support/certificates.ts";
import { RawServer, startHttp1 } from "./support/raw-server.ts";
import { backendClient, fetchAnswer, listen, until, upload } from "./support/upstream-client.ts";

const clients: BackendClient[] = [];
const stops: (() => void)[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  for (const stop of stops.splice(0)) stop();
});

function open(port: number, changes: Partial<BackendOptions> = {}): BackendClient {
  const client = backendClient(port, changes);
  clients.push(client);
  return client;
}

type Kind = "h2c" | "http/1.1" | "h2" | "https/1.1";

/** A server of a kind that answers every request with its path. */
async function serve(kind: Kind, port = 0): Promise<{ port: number; stop(): Promise<void> }> {
  const { certificate: cert, key } = await testCertificate();
  const echo = (request: { url?: string | undefined }, response: { end(text: string): unknown }): void => {
    response.end(request.url ?? "");
  };
  const server: Server =
    kind === "h2c"
      ? createHttp2(echo)
      : kind === "http/1.1"
        ? createHttp1(echo)
        : kind === "h2"
          ? createSecureServer({ cert, key }, echo)
          : createHttps({ cert, key }, echo);
  const sockets = new Set<{ destroy(): void }>();
  server.on(kind === "h2" || kind === "https/1.1" ? "secureConnection" : "connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  const bound = await listen(server, port);
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  stops.push(() => void stop());
  return { port: bound, stop };
}

const INSECURE = { verify: false, sendSni: true };

describe("a cleartext backend", () => {
  test("that speaks HTTP/2 is spoken to by prior knowledge", async () => {
    const client = open((await serve("h2c")).port);
    expect((await fetchAnswer(client, "/a")).text).toBe("/a");
    expect(client.stats).toMatchObject({ protocol: "h2c", connectsCount: 1 });
  });

  test("that speaks only HTTP/1.1 is found out without losing a request, and remembered", async () => {
    let prefaces = 0;
    const server = await RawServer.start((socket, text) => {
      if (text.startsWith("PRI")) prefaces++;
      if (text.startsWith("GET")) socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx`);
      else socket.end("HTTP/1.1 505 HTTP Version Not Supported\r\n\r\n");
    });
    stops.push(() => server.stop());
    const client = open(server.port);
    const answers = await Promise.all(Array.from({ length: 30 }, () => fetchAnswer(client, "/")));
    expect(answers.every(({ text }) => text === "x")).toBe(true);
    expect((await fetchAnswer(client, "/")).text).toBe("x");
    expect([client.stats.protocol, prefaces]).toEqual(["http/1.1", 1]);
  });

  test("that closes on the preface, or says nothing to it, is spoken to over HTTP/1.1", async () => {
    for (const isSilent of [true, false]) {
      const server = await RawServer.start((socket, text) => {
        if (text.startsWith("GET")) socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx`);
        else if (!isSilent) socket.destroy();
      });
      stops.push(() => server.stop());
      const client = open(server.port, { connectTimeoutMs: 150 });
      expect((await fetchAnswer(client, "/")).text).toBe("x");
      expect(client.stats.protocol).toBe("http/1.1");
    }
  });

  test("node:http is found out, with a body that was written before", async () => {
    const client = open((await serve("http/1.1")).port);
    const [stream, answer] = upload(client, "/up");
    stream.write(Buffer.alloc(100_000));
    stream.end(undefined);
    expect((await answer.done).text).toBe("/up");
  });

  test("is found out anew when it changes from HTTP/2 to HTTP/1.1 and back", async () => {
    const first = await serve("h2c");
    const client = open(first.port);
    expect((await fetchAnswer(client, "/1")).text).toBe("/1");
    await first.stop();
    const second = await serve("http/1.1", first.port);
    await until(() => client.stats.connectionsCount === 0);
    expect((await fetchAnswer(client, "/2")).text).toBe("/2");
    expect(client.stats.protocol).toBe("http/1.1");
    await second.stop();
    await serve("h2c", first.port);
    await until(() => client.stats.connectionsCount === 0);
    const third = await fetchAnswer(client, "/3", "POST");
    expect([third.text, third.detail]).toEqual(["/3", ""]);
    expect(client.stats.protocol).toBe("h2c");
  });

  test("that turns TLS under an http address is a failure, never a downgrade of another kind", async () => {
    const client = open((await serve("h2")).port);
    const answer = await fetchAnswer(client, "/");
    expect([answer.failure?.status, answer.head]).toEqual([502, undefined]);
  });
});

describe("a TLS backend", () => {
  test("chooses HTTP/2 or HTTP/1.1 by ALPN", async () => {
    for (const kind of ["h2", "https/1.1"] as const) {
      const client = open((await serve(kind)).port, { scheme: "https", tls: INSECURE });
      expect((await fetchAnswer(client, "/a")).text).toBe("/a");
      expect(client.stats.protocol).toBe(kind);
    }
  });

  test("that does not speak TLS is never spoken to in cleartext", async () => {
    for (const kind of ["h2c", "http/1.1"] as const) {
      const client = open((await serve(kind)).port, { scheme: "https", tls: INSECURE });
      expect((await fetchAnswer(client, "/")).failure).toBe(FAILURES.upstreamTlsFailed);
    }
  });
});

describe("a backend at a bare address", () => {
  test("may speak any of the four", async () => {
    for (const kind of ["h2", "https/1.1", "h2c", "http/1.1"] as const) {
      const client = open((await serve(kind)).port, { scheme: "auto", tls: INSECURE });
      expect((await fetchAnswer(client, "/a")).text).toBe("/a");
      expect((await fetchAnswer(client, "/b")).text).toBe("/b");
      expect([client.stats.protocol, client.stats.connectsCount]).toEqual([kind, 1]);
    }
  });

  test("is found out anew when it turns to TLS, and back", async () => {
    let current = await serve("http/1.1");
    const { port } = current;
    const client = open(port, { scheme: "auto", tls: INSECURE, connectTimeoutMs: 300 });
    for (const kind of ["http/1.1", "h2", "h2c", "https/1.1", "http/1.1"] as const) {
      await current.stop();
      current = await serve(kind, port);
      await until(() => client.stats.connectionsCount === 0);
      const answer = await fetchAnswer(client, `/${kind}`);
      expect([kind, answer.text, answer.detail]).toEqual([kind, `/${kind}`, ""]);
      expect(client.stats.protocol).toBe(kind);
    }
  });

  test("that is not there is not tried three times", async () => {
    let failures = 0;
    const client = open(1, { scheme: "auto", tls: INSECURE, events: { onConnectFailed: () => failures++ } });
    expect((await fetchAnswer(client, "/")).failure).toBe(FAILURES.upstreamConnectFailed);
    expect(failures).toBe(1);
  });

  test("that refuses HTTP/2 keeps its HTTP/1.1 requests apart", async () => {
    const server = await startHttp1((socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
    stops.push(() => server.stop());
    const client = open(server.port, { scheme: "auto", tls: INSECURE, connectTimeoutMs: 300 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => fetchAnswer(client, "/")));
    expect(answers.every(({ text }) => text === "ok")).toBe(true);
  });
});
