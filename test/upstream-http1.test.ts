import { afterEach, describe, expect, test } from "bun:test";
import type { Server } from "node:http";
import { createServer } from "node:http";
import { FAILURES } from "../src/errors/catalogue.ts";
import { HeaderList } from "../src/http/header-list.ts";
import type { BackendClient } from "../src/upstream/backend-client.ts";
import type { BackendOptions } from "../src/upstream/backend-options.ts";
import type { RawHandler, RawServer } from "./support/raw-server.ts";
import { startHttp1 } from "./support/raw-server.ts";
import { backendClient, fetchAnswer, listen, send, until, upload } from "./support/upstream-client.ts";

const clients: BackendClient[] = [];
const servers: { stop(): void }[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) server.stop();
});

function open(port: number, changes: Partial<BackendOptions> = {}): BackendClient {
  const client = backendClient(port, changes);
  clients.push(client);
  return client;
}

async function raw(handler: RawHandler, changes: Partial<BackendOptions> = {}): Promise<[BackendClient, RawServer]> {
  const server = await startHttp1(handler);
  servers.push(server);
  return [open(server.port, changes), server];
}

async function node(server: Server): Promise<BackendClient> {
  servers.push({
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return open(await listen(server));
}

/** The one request that was no preface. */
function requests(server: RawServer): string[] {
  return server.received.filter((text) => text !== undefined && text !== "" && !text.startsWith("PRI"));
}

describe("requests over HTTP/1.1", () => {
  test("a head is written anew: host, no connection fields, one cookie", async () => {
    const [client, server] = await raw((socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
    const fields = ["x-a", "1", "cookie", "a=1", "te", "trailers", "cookie", "b=2", "x-a", "caf\xe9"];
    const answer = await fetchAnswer(client, "/p?q", "GET", fields);
    expect([answer.status, answer.text]).toEqual([200, "ok"]);
    expect(requests(server)).toEqual([
      "GET /p?q HTTP/1.1\r\nhost: example.test\r\nx-a: 1\r\nte: trailers\r\nconnection: te\r\nx-a: caf\xe9\r\ncookie: a=1; b=2\r\n\r\n",
    ]);
    expect(client.stats.protocol).toBe("http/1.1");
  });

  test("a body of unknown length goes in chunks, with trailers at its end", async () => {
    const [client, server] = await raw((socket, text) => {
      if (text.includes("0\r\n")) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    });
    const [stream, answer] = upload(client, "/");
    stream.write(Buffer.from("hello"));
    stream.write(Buffer.alloc(0));
    stream.write(Buffer.from("0123456789abcdef"));
    stream.end(new HeaderList(["x-sum", "1"]));
    await answer.done;
    expect([answer.status, answer.isHeadEnd]).toEqual([200, true]);
    expect(requests(server)[0]).toBe(
      "POST / HTTP/1.1\r\nhost: example.test\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\nx-sum: 1\r\n\r\n",
    );
  });

  test("a body of known length keeps it; an empty one says so where a body is expected", async () => {
    const [client, server] = await raw((socket, text) => {
      if (!text.endsWith("\r\n\r\n") || text.includes("content-length: 0")) socket.write("HTTP/1.1 204 No\r\n\r\n");
    });
    const [stream, answer] = upload(client, "/", ["content-length", "3"]);
    stream.write(Buffer.from("abc"));
    stream.end(new HeaderList(["x-lost", "1"]));
    await answer.done;
    await fetchAnswer(client, "/", "POST");
    expect(requests(server)[0]).toBe(
      "POST / HTTP/1.1\r\nhost: example.test\r\ncontent-length: 3\r\n\r\nabc" +
        "POST / HTTP/1.1\r\nhost: example.test\r\ncontent-length: 0\r\n\r\n",
    );
  });

  test("real servers understand it: echo with trailers both ways", async () => {
    const client = await node(
      createServer((request, response) => {
        response.writeHead(200, { trailer: "x-sum", "content-type": "text/plain" });
        request.on("data", (chunk) => response.write(chunk));
        request.on("end", () => {
          response.addTrailers({ "x-sum": String(request.trailers["x-in"]) });
          response.end();
        });
      }),
    );
    const [stream, answer] = upload(client, "/");
    const chunk = Buffer.alloc(50_000, 98);
    for (let i = 0; i < 40; i++) stream.write(chunk);
    stream.end(new HeaderList(["x-in", "7"]));
    await answer.done;
    expect([answer.status, answer.bytes, answer.trailers?.fields]).toEqual([200, 2_000_000, ["x-sum", "7"]]);
  });
});

describe("responses over HTTP/1.1", () => {
  test("bodies come by length, in chunks and until the close; fields of the connection stay behind", async () => {
    const bodies: Record<string, string> = {
      "/length":
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nX-B: \t2 \r\n\r\nhello",
      "/chunked":
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nx-b: 2\r\n\r\n3;ext=1\r\nhel\r\n2\r\nlo\r\n0\r\nX-T: 1\r\n\r\n",
      "/close": "HTTP/1.0 200 OK\r\nx-b: 2\r\n\r\nhello",
    };
    const [client] = await raw((socket, text) => {
      const path = text.split(" ")[1] ?? "";
      socket.write(bodies[path] ?? "");
      if (path === "/close") socket.end();
    });
    for (const path of Object.keys(bodies)) {
      const answer = await fetchAnswer(client, path);
      expect([path, answer.text, answer.isEnded, answer.head?.headers.get("x-b")]).toEqual([path, "hello", true, "2"]);
      expect(["connection", "x-hop", "transfer-encoding"].filter((name) => answer.head?.headers.has(name))).toEqual([]);
      expect(answer.trailers?.fields).toEqual(path === "/chunked" ? ["x-t", "1"] : undefined);
    }
  });

  test("1xx responses are passed on, and HEAD, 204 and 304 have no body", async () => {
    const [client, server] = await raw((socket, text) => {
      if (text.startsWith("HEAD")) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n");
      else if (text.includes("/204")) socket.write("HTTP/1.1 204 No Content\r\n\r\n");
      else if (text.includes("/304")) socket.write("HTTP/1.1 304 Not Modified\r\ncontent-length: 7\r\n\r\n");
      else socket.write("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx");
    });
    const hinted = await fetchAnswer(client, "/");
    expect([hinted.informational, hinted.text]).toEqual([[{ status: 103, fields: ["link", "</a>"] }], "x"]);
    const head = await fetchAnswer(client, "/", "HEAD");
    expect([head.isHeadEnd, head.isEnded, head.head?.headers.get("content-length")]).toEqual([true, true, "10"]);
    expect((await fetchAnswer(client, "/204")).isHeadEnd).toBe(true);
    expect((await fetchAnswer(client, "/304")).isHeadEnd).toBe(true);
    // All on the second connection, after the one for the preface.
    expect(server.connections).toBe(2);
  });

  test("malformed and contradictory responses are failures, and their connection is not used again", async () => {
    const bad = [
      "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
      "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nx a: 1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nx-a : 1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nx-a: 1\r\n folded\r\n\r\n",
      "HTTP/1.1 200 OK\r\nx-a: 1\nx-b: 2\r\n\r\n",
      "HTTP/1.1 20 OK\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\n\r\n",
      "HTTP/2.0 200 OK\r\n\r\n",
      "not http at all\r\n\r\n",
      `HTTP/1.1 200 OK\r\nx-a: ${"a".repeat(70_000)}\r\n\r\n`,
    ];
    let current = "";
    const [client, server] = await raw((socket) => socket.write(current));
    for (const response of bad) {
      current = response;
      const answer = await fetchAnswer(client, "/", "POST");
      expect([response.slice(0, 60), answer.head, answer.failure?.status]).toEqual([
        response.slice(0, 60),
        undefined,
        502,
      ]);
    }
    expect(client.stats.retriesCount).toBe(0);
    await until(() => server.sockets.size === 0);
  });

  test("a malformed chunk breaks the answer off", async () => {
    for (const chunk of ["xyz\r\n", "3\r\nabcd\r\n", "-1\r\n", "fffffffffffffff\r\n"]) {
      const [client] = await raw((socket) =>
        socket.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunk}`),
      );
      const answer = await fetchAnswer(client, "/");
      expect([chunk, answer.status, answer.isEnded, answer.failure]).toEqual([
        chunk,
        200,
        false,
        FAILURES.upstreamProtocolError,
      ]);
    }
  });

  test("a connection that ends before the body is a failure, never an end", async () => {
    for (const body of ["content-length: 10\r\n\r\nhalf", "transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"]) {
      for (const how of ["end", "reset"] as const) {
        const [client] = await raw((socket) => {
          socket.write(`HTTP/1.1 200 OK\r\n${body}`);
          setTimeout(() => (how === "end" ? socket.end() : socket.resetAndDestroy()), 10);
        });
        const answer = await fetchAnswer(client, "/");
        expect([answer.text, answer.isEnded, answer.failure]).toEqual(["half", false, FAILURES.upstreamReset]);
      }
    }
  });

  test("a body until the close that is broken off is a failure", async () => {
    const [client] = await raw((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\nhalf");
      setTimeout(() => socket.resetAndDestroy(), 10);
    });
    const answer = await fetchAnswer(client, "/");
    expect([answer.text, answer.isEnded, answer.failure]).toEqual(["half", false, FAILURES.upstreamReset]);
  });
});

describe("connections over HTTP/1.1", () => {
  test("are kept and used again, one request at a time", async () => {
    const client = await node(createServer((request, response) => setTimeout(() => response.end(request.url), 2)));
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => fetchAnswer(client, `/${i}`)));
      expect(answers.map(({ text }) => text)).toEqual(Array.from({ length: 10 }, (_, i) => `/${i}`));
    }
    expect(client.stats.connectsCount).toBeLessThanOrEqual(12);
  });

  test("are limited in number, and the others wait", async () => {
    let current = 0;
    let most = 0;
    const server = createServer((_, response) => {
      current++;
      most = Math.max(most, current);
      setTimeout(() => {
        current--;
        response.end("x");
      }, 5);
    });
    servers.push({ stop: () => server.close() });
    const client = open(await listen(server), { maxConnections: 3 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetchAnswer(client, "/")));
    expect(answers.every(({ text }) => text === "x")).toBe(true);
    expect(most).toBe(3);
    server.closeAllConnections();
  });

  test("are not used again after close, surplus bytes, an early response or a cancel", async () => {
    const cases: Record<string, string> = {
      "/close": "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\nx",
      "/old": "HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx",
      "/surplus": "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged",
      "/good": "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx",
    };
    const [client] = await raw((socket, text) => {
      const response = cases[text.split(" ")[1] ?? ""];
      if (response !== undefined) socket.write(response);
    });
    await fetchAnswer(client, "/good");
    await fetchAnswer(client, "/good");
    expect(client.stats.connectsCount).toBe(1);
    let expected = 1;
    for (const path of ["/close", "/old", "/surplus"]) {
      expect((await fetchAnswer(client, path)).text).toBe("x");
      expect((await fetchAnswer(client, "/good")).text).toBe("x");
      expected++;
      expect([path, client.stats.connectsCount]).toEqual([path, expected]);
    }
    const [early, answer] = upload(client, "/good");
    early.write(Buffer.from("half"));
    expect((await answer.done).text).toBe("x");
    expect((await fetchAnswer(client, "/good")).text).toBe("x");
    expect(client.stats.connectsCount).toBe(expected + 1);
    const [cancelled] = send(client, "GET", "/silent");
    await Bun.sleep(10);
    cancelled.cancel();
    expect((await fetchAnswer(client, "/good")).text).toBe("x");
    expect(client.stats.connectsCount).toBe(expected + 2);
  });

  test("that speak unasked are dropped", async () => {
    const [client, server] = await raw((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx");
      setTimeout(() => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged"), 15);
    });
    await fetchAnswer(client, "/");
    await until(() => server.sockets.size === 0);
    expect((await fetchAnswer(client, "/")).text).toBe("x");
  });

  test("that the backend closed meanwhile cost an idempotent request nothing", async () => {
    let answered = 0;
    const [client] = await raw((socket) => {
      answered++;
      if (answered === 2) socket.destroy();
      else socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx");
    });
    await fetchAnswer(client, "/");
    expect((await fetchAnswer(client, "/")).text).toBe("x");
    expect(client.stats.retriesCount).toBe(1);
    answered = 1;
    const post = await fetchAnswer(client, "/", "POST");
    expect(post.failure).toBe(FAILURES.upstreamReset);
  });

  test("a fresh one that is closed without an answer is a failure", async () => {
    const [client] = await raw((socket) => socket.destroy());
    expect((await fetchAnswer(client, "/")).failure).toBe(FAILURES.upstreamReset);
    expect(client.stats.retriesCount).toBe(0);
  });

  test("a paused response holds the backend back", async () => {
    let written = 0;
    const client = await node(
      createServer((_, response) => {
        const chunk = Buffer.alloc(64 * 1024);
        const pump = (): void => {
          while (written < 64 * 1024 * 1024) {
            written += chunk.length;
            if (!response.write(chunk)) {
              response.once("drain", pump);
              return;
            }
          }
          response.end();
        };
        pump();
      }),
    );
    const [stream, answer] = send(client, "GET", "/");
    answer.onHead = () => stream.pause();
    await until(() => answer.head !== undefined);
    await Bun.sleep(200);
    expect(written).toBeLessThan(20 * 1024 * 1024);
    stream.resume();
    await answer.done;
    expect([answer.bytes, answer.isEnded]).toEqual([64 * 1024 * 1024, true]);
  });
});
