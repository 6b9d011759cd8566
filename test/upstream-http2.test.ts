import { afterEach, describe, expect, test } from "bun:test";
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { FAILURES } from "../src/errors/catalogue.ts";
import { HeaderList } from "../src/http/header-list.ts";
import type { BackendClient } from "../src/upstream/backend-client.ts";
import type { BackendOptions } from "../src/upstream/backend-options.ts";
import { DATA, END_STREAM, FrameServer, head200, HEADERS, reset, RST_STREAM } from "./support/frame-server.ts";
import { Http2Backend } from "./support/http2-backend.ts";
import { Answer, backendClient, fetchAnswer, requestHead, send, until, upload } from "./support/upstream-client.ts";

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

async function backend(
  handler: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, fields: string[]) => void,
): Promise<BackendClient> {
  const server = await Http2Backend.start(handler);
  servers.push(server);
  return open(server.port);
}

async function frames(handler: Parameters<typeof FrameServer.start>[0]): Promise<[BackendClient, FrameServer]> {
  const server = await FrameServer.start(handler);
  servers.push(server);
  return [open(server.port), server];
}

/** The runtime takes flat arrays, which its types do not say. */
function respond(
  stream: ServerHttp2Stream,
  fields: string[],
  options: { endStream?: boolean; waitForTrailers?: boolean } = {},
): void {
  stream.respond(fields as unknown as Record<string, string>, options);
}

describe("requests and responses over HTTP/2", () => {
  test("fields cross unchanged, in order, with duplicates", async () => {
    let received: string[] = [];
    const client = await backend((stream, _, fields) => {
      received = fields;
      respond(stream, [":status", "201", "set-cookie", "a=1", "x-b", "caf\xe9", "set-cookie", "b=2"]);
      stream.end("hello");
    });
    const answer = await fetchAnswer(client, "/p?q=1", "GET", [
      "x-a",
      "1",
      "cookie",
      "a=1",
      "cookie",
      "b=2",
      "x-a",
      "\xe9",
    ]);
    expect(received.slice(0, 8)).toEqual([
      ":method",
      "GET",
      ":scheme",
      "http",
      ":authority",
      "example.test",
      ":path",
      "/p?q=1",
    ]);
    expect(received.slice(8)).toEqual(["x-a", "1", "cookie", "a=1", "cookie", "b=2", "x-a", "\xe9"]);
    expect(answer.status).toBe(201);
    expect(answer.head?.headers.fields.slice(0, 6)).toEqual([
      "set-cookie",
      "a=1",
      "x-b",
      "caf\xe9",
      "set-cookie",
      "b=2",
    ]);
    expect(answer.text).toBe("hello");
    expect(answer.trailers).toBeUndefined();
    expect(client.stats.protocol).toBe("h2c");
  });

  test("many requests at once share one connection", async () => {
    const client = await backend((stream, headers) => {
      respond(stream, [":status", "200"]);
      stream.end(headers[":path"]);
    });
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => fetchAnswer(client, `/${i}`)));
    expect(answers.map((answer) => answer.text)).toEqual(Array.from({ length: 200 }, (_, i) => `/${i}`));
    expect(client.stats).toMatchObject({
      connectsCount: 1,
      connectionsCount: 1,
      activeRequestsCount: 0,
      idleConnectionsCount: 1,
    });
  });

  test("a body goes up in pieces, and its trailers follow it", async () => {
    let body = "";
    let trailers: unknown;
    const client = await backend((stream) => {
      stream.on("data", (chunk: Buffer) => (body += chunk.toString()));
      stream.on("trailers", (received) => (trailers = { ...received }));
      stream.on("end", () => {
        respond(stream, [":status", "200"]);
        stream.end("done");
      });
    });
    const [stream, answer] = upload(client, "/");
    stream.write(Buffer.from("one "));
    await Bun.sleep(20);
    stream.write(Buffer.from("two"));
    stream.end(new HeaderList(["x-sum", "7", "x-many", "1", "x-many", "2"]));
    await answer.done;
    expect(answer.text).toBe("done");
    expect(body).toBe("one two");
    expect(trailers).toMatchObject({ "x-sum": "7", "x-many": "1, 2" });
  });

  test("a body without trailers ends like any other", async () => {
    const [client, server] = await frames((socket, { type, flags, stream }) => {
      if (type === DATA && (flags & END_STREAM) !== 0) socket.write(head200(stream, END_STREAM));
    });
    const [stream, answer] = upload(client, "/", ["content-length", "3"]);
    stream.write(Buffer.from("abc"));
    stream.end(undefined);
    await answer.done;
    expect(answer.status).toBe(200);
    expect(Buffer.concat(server.on(1, DATA).map(({ payload }) => payload)).toString()).toBe("abc");
    expect(server.on(1, HEADERS)).toHaveLength(1);
  });

  test("a GET may have a body and a content-length", async () => {
    let body = "";
    const client = await backend((stream) => {
      stream.on("data", (chunk: Buffer) => (body += chunk.toString()));
      stream.on("end", () => respond(stream, [":status", "200"], { endStream: true }));
    });
    const answer = new Answer();
    const stream = client.open(requestHead("GET", "/", ["content-length", "2"]), false, answer);
    stream.write(Buffer.from("ab"));
    stream.end(undefined);
    await answer.done;
    expect([answer.status, body]).toEqual([200, "ab"]);
  });

  test("content-length: 0 of a request without a body does no harm", async () => {
    const client = await backend((stream) => respond(stream, [":status", "200"], { endStream: true }));
    const answer = await fetchAnswer(client, "/", "DELETE", ["content-length", "0"]);
    expect([answer.status, answer.isHeadEnd]).toEqual([200, true]);
  });

  test("trailers and informational responses come down", async () => {
    const client = await backend((stream) => {
      stream.additionalHeaders({ ":status": 103, link: "</a>" });
      respond(stream, [":status", "200"], { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "x-sum": "1" }));
      stream.end("body");
    });
    const answer = await fetchAnswer(client, "/");
    expect(answer.informational).toEqual([{ status: 103, fields: ["link", "</a>"] }]);
    expect(answer.text).toBe("body");
    expect(answer.trailers?.fields).toEqual(["x-sum", "1"]);
  });

  test("HEAD, 204 and 304 end with their heads", async () => {
    const client = await backend((stream, headers) => {
      const status = headers[":path"]?.slice(1) ?? "";
      const length = status === "204" ? [] : ["content-length", "10"];
      respond(stream, [":status", status, ...length], { endStream: true });
    });
    const head = await fetchAnswer(client, "/200", "HEAD");
    expect([head.status, head.isHeadEnd, head.bytes, head.head?.headers.get("content-length")]).toEqual([
      200,
      true,
      0,
      "10",
    ]);
    const empty = await fetchAnswer(client, "/204");
    expect([empty.status, empty.isHeadEnd, empty.bytes]).toEqual([204, true, 0]);
    const unchanged = await fetchAnswer(client, "/304");
    expect([unchanged.status, unchanged.isHeadEnd, unchanged.failure]).toEqual([304, true, undefined]);
  });

  test("head, body and end that arrive together are told in one turn", async () => {
    const [client] = await frames((socket, { type, stream }) => {
      if (type === HEADERS) socket.write(Buffer.concat([head200(stream), dataFrame(stream, "abc")]));
    });
    const [, answer] = send(client, "GET", "/");
    let isTurnOver = false;
    answer.onHead = () => setImmediate(() => (isTurnOver = true));
    await answer.done;
    expect(isTurnOver).toBe(false);
    expect(answer.text).toBe("abc");
  });
});

function dataFrame(stream: number, text: string, flags: number = END_STREAM): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.from([0, 0, payload.length, DATA, flags, 0, 0, 0, stream]);
  return Buffer.concat([head, payload]);
}

describe("responses that go wrong over HTTP/2", () => {
  test("a backend that dies in the middle is a failure, never an end", async () => {
    for (const death of ["end", "destroy", "reset"] as const) {
      const [client] = await frames((socket, { type, stream }) => {
        if (type !== HEADERS) return;
        socket.write(Buffer.concat([head200(stream), dataFrame(stream, "part", 0)]));
        setTimeout(() => {
          if (death === "end") socket.end();
          else if (death === "destroy") socket.destroy();
          else socket.resetAndDestroy();
        }, 10);
      });
      const answer = await fetchAnswer(client, "/");
      expect([death, answer.text, answer.isEnded, answer.failure]).toEqual([
        death,
        "part",
        false,
        FAILURES.upstreamReset,
      ]);
    }
  });

  test("a reset in the middle is a failure, NO_ERROR and CANCEL included", async () => {
    for (const code of [0, 2, 8]) {
      const [client] = await frames((socket, { type, stream }) => {
        if (type === HEADERS)
          socket.write(Buffer.concat([head200(stream), dataFrame(stream, "part", 0), reset(stream, code)]));
      });
      const answer = await fetchAnswer(client, "/");
      expect([code, answer.isEnded, answer.failure]).toEqual([code, false, FAILURES.upstreamReset]);
    }
  });

  test("a body that does not match its content-length is a failure", async () => {
    const cases: [string, string, boolean][] = [
      ["10", "ab", true],
      ["1", "ab", true],
      ["5", "", false],
    ];
    for (const [length, body, hasHead] of cases) {
      const [client] = await frames((socket, { type, stream }) => {
        if (type !== HEADERS) return;
        const head = head200(stream, body === "" ? END_STREAM : 0, [["content-length", length]]);
        socket.write(body === "" ? head : Buffer.concat([head, dataFrame(stream, body)]));
      });
      const answer = await fetchAnswer(client, "/");
      expect([length, answer.failure, answer.isEnded]).toEqual([length, FAILURES.upstreamBodyMismatch, false]);
      expect(answer.head !== undefined).toBe(hasHead);
    }
  });

  test("a body over the limit is a failure, declared or not", async () => {
    const server = await Http2Backend.start((stream, headers) => {
      respond(stream, [":status", "200", ...(headers[":path"] === "/declared" ? ["content-length", "2000"] : [])]);
      stream.end(Buffer.alloc(2000));
    });
    servers.push(server);
    const client = open(server.port, { maxResponseBodyBytes: 1000 });
    expect((await fetchAnswer(client, "/declared")).failure).toBe(FAILURES.upstreamBodyTooLarge);
    expect((await fetchAnswer(client, "/")).failure).toBe(FAILURES.upstreamBodyTooLarge);
  });

  test("malformed heads are failures that leave the connection in use", async () => {
    const bad: [string, string][] = [
      ["X-Upper", "1"],
      ["x-crlf", "a\r\nb: c"],
      ["connection", "close"],
      ["content-length", "5x"],
      [":status", "201"],
    ];
    let current: [string, string] | undefined;
    const [client] = await frames((socket, { type, stream }) => {
      if (type === HEADERS) socket.write(head200(stream, END_STREAM, current === undefined ? [] : [current]));
    });
    for (const field of bad) {
      current = field;
      const answer = await fetchAnswer(client, "/");
      expect([field[0], answer.head, answer.failure?.status]).toEqual([field[0], undefined, 502]);
      expect([FAILURES.upstreamProtocolError, FAILURES.upstreamInvalidHead]).toContain(answer.failure as never);
    }
    current = undefined;
    expect((await fetchAnswer(client, "/")).status).toBe(200);
    expect(client.stats.connectsCount).toBe(1);
  });

  test("garbage ends the connection, and the next request gets another", async () => {
    const [client] = await frames((socket, { type, stream }, connection) => {
      if (type !== HEADERS) return;
      socket.write(connection === 1 ? Buffer.alloc(300, 0xff) : head200(stream, END_STREAM));
    });
    const answer = await fetchAnswer(client, "/");
    expect(answer.failure).toBe(FAILURES.upstreamProtocolError);
    expect((await fetchAnswer(client, "/")).status).toBe(200);
    expect(client.stats.connectsCount).toBe(2);
  });
});

describe("responses that come before the request has ended", () => {
  test("a whole response ends the exchange, and the rest of the request is given up", async () => {
    const [client, server] = await frames((socket, { type, stream }) => {
      if (type === HEADERS) socket.write(Buffer.concat([head200(stream), dataFrame(stream, "no thanks")]));
    });
    const [stream, answer] = upload(client, "/");
    stream.write(Buffer.alloc(1000));
    await answer.done;
    expect([answer.text, answer.failure]).toEqual(["no thanks", undefined]);
    await until(() => server.on(1, RST_STREAM).length > 0);
    expect(server.on(1, DATA).some(({ flags }) => (flags & END_STREAM) !== 0)).toBe(false);
    expect(stream.write(Buffer.alloc(10))).toBe(true);
    stream.end(undefined);
  });

  test("RST_STREAM(NO_ERROR) after a whole response is no failure", async () => {
    const [client] = await frames((socket, { type, stream }) => {
      if (type === HEADERS)
        socket.write(Buffer.concat([head200(stream), dataFrame(stream, "enough"), reset(stream, 0)]));
    });
    const [stream, answer] = upload(client, "/");
    stream.write(Buffer.alloc(1000));
    await answer.done;
    expect([answer.text, answer.failure]).toEqual(["enough", undefined]);
    expect((await fetchAnswer(client, "/")).text).toBe("enough");
  });

  test("a response may stream while the request still does", async () => {
    const client = await backend((stream) => {
      respond(stream, [":status", "200"]);
      stream.pipe(stream);
    });
    const [stream, answer] = upload(client, "/");
    stream.write(Buffer.from("ping"));
    await until(() => answer.text === "ping");
    stream.write(Buffer.from("pong"));
    stream.end(undefined);
    await answer.done;
    expect([answer.text, answer.isEnded]).toEqual(["pingpong", true]);
  });
});

describe("requests that are given up", () => {
  test("the backend sees RST_STREAM(CANCEL) within 100 ms, never the end of the request", async () => {
    const [client, server] = await frames(() => {});
    const [stream, answer] = upload(client, "/");
    stream.write(Buffer.from("half"));
    await until(() => server.on(1, DATA).length > 0);
    const startMs = performance.now();
    stream.cancel();
    await until(() => server.on(1, RST_STREAM).length > 0);
    expect(performance.now() - startMs).toBeLessThan(100);
    expect(server.on(1, RST_STREAM)[0]?.payload.readUInt32BE(0)).toBe(8);
    expect(server.on(1, DATA).some(({ flags }) => (flags & END_STREAM) !== 0)).toBe(false);
    await Bun.sleep(20);
    expect([answer.failure, answer.isEnded]).toEqual([undefined, false]);
    expect(client.stats.activeRequestsCount).toBe(0);
  });

  test("a response under way stops, and the connection stays", async () => {
    let isClosed = false;
    const client = await backend((stream, headers) => {
      respond(stream, [":status", "200"]);
      if (headers[":path"] === "/short") {
        stream.end("ok");
        return;
      }
      const chunk = Buffer.alloc(64 * 1024);
      const pump = (): void => {
        while (!stream.destroyed && stream.write(chunk));
        if (!stream.destroyed) stream.once("drain", pump);
      };
      stream.on("close", () => (isClosed = true));
      pump();
    });
    const [stream, answer] = send(client, "GET", "/endless");
    await until(() => answer.bytes > 1_000_000);
    stream.cancel();
    await until(() => isClosed, 100);
    const { bytes } = answer;
    expect((await fetchAnswer(client, "/short")).text).toBe("ok");
    expect(answer.bytes).toBe(bytes);
    expect(client.stats.connectsCount).toBe(1);
  });

  test("a body that belies its content-length is not passed on as whole", async () => {
    const [client, server] = await frames(() => {});
    const short = upload(client, "/", ["content-length", "10"]);
    short[0].write(Buffer.from("abc"));
    short[0].end(undefined);
    expect((await short[1].done).failure).toBe(FAILURES.requestBodyMismatch);
    const long = upload(client, "/", ["content-length", "2"]);
    long[0].write(Buffer.from("abc"));
    expect((await long[1].done).failure).toBe(FAILURES.requestBodyMismatch);
    await Bun.sleep(20);
    expect(server.frames.some(({ type, flags }) => type === DATA && (flags & END_STREAM) !== 0)).toBe(false);
  });

  test("no call throws after the end", async () => {
    const client = await backend((stream) => respond(stream, [":status", "200"], { endStream: true }));
    const [stream, answer] = upload(client, "/");
    await answer.done;
    stream.cancel();
    stream.pause();
    stream.resume();
    stream.end(undefined);
    expect(stream.write(Buffer.from("late"))).toBe(true);
    const after = open(1);
    const [never, refused] = send(after, "GET", "/");
    expect(refused.failure).toBeUndefined();
    expect((await refused.done).failure).toBe(FAILURES.upstreamConnectFailed);
    never.cancel();
  });

  test("an open that fails at once is told later", async () => {
    const client = open(1);
    client.close();
    const [, answer] = send(client, "GET", "/");
    expect(answer.failure).toBeUndefined();
    expect((await answer.done).failure).toBe(FAILURES.upstreamConnectFailed);
  });
});
