import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import type { DaemonProcess } from "./support/daemon-process.ts";
import { H3Client } from "./support/h3-client.ts";
import { Http2Backend } from "./support/http2-backend.ts";
import { startProxy } from "./support/proxy.ts";
import { exchangeHttp1, openHttp2, requestHttp2 } from "./support/tls-client.ts";
import { connect as connectTls } from "node:tls";

const LIMIT_MS = 100;

let backend: Http2Backend;
let http1Backend: Server;
let proxy: DaemonProcess;
/** Told when the backend's stream for /hold or /hold-body was reset. */
let onBackendAborted: (() => void) | undefined;

function backendAborted(): Promise<number> {
  const startedMs = performance.now();
  return new Promise((resolve) => {
    onBackendAborted = () => resolve(performance.now() - startedMs);
  });
}

beforeAll(async () => {
  backend = await Http2Backend.start((stream, headers) => {
    const path = headers[":path"] ?? "";
    stream.on("aborted", () => onBackendAborted?.());
    stream.on("data", () => {});
    if (path === "/hold-body") {
      stream.respond({ ":status": 200 });
      stream.write("first");
    } else if (path === "/die") {
      stream.respond({ ":status": 200, "content-length": "1000" });
      stream.write("partial");
      setTimeout(() => stream.session?.destroy(), 50);
    } else if (path === "/reset") {
      stream.respond({ ":status": 200 });
      stream.write("partial");
      setTimeout(() => stream.destroy(new Error("reset")), 50);
    } else if (path === "/short") {
      stream.respond({ ":status": 200, "content-length": "1000" });
      stream.end("short");
    } else if (path === "/early") {
      stream.respond({ ":status": 403 });
      stream.end("no");
    }
  });
  http1Backend = createServer((socket: Socket) => {
    socket.on("error", () => {});
    socket.on("data", (data: Buffer) => {
      // The HTTP/2 preface is no request to this one.
      if (data.toString("latin1").startsWith("PRI")) socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
      else {
        socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7\r\npartial\r\n");
        setTimeout(() => socket.destroy(), 50);
      }
    });
  });
  await new Promise<void>((resolve) => http1Backend.listen(0, "127.0.0.1", resolve));
  const address = http1Backend.address();
  if (address === null || typeof address === "string") throw new Error("no address");
  proxy = await startProxy({
    upstream: `app:
  route: {path_prefix: /}
  backends: [{id: b0, address: "${backend.address}"}]
old:
  route: {path_prefix: /old}
  backends: [{id: b1, address: "http://127.0.0.1:${address.port}"}]`,
  });
});

afterAll(async () => {
  await proxy.dispose();
  backend.stop();
  http1Backend.close();
});

describe("a client that goes away", () => {
  test.each(["/hold", "/hold-body"])("over HTTP/3 cancels %s at the backend within 100 ms", async (path) => {
    const client = await H3Client.connect(proxy.ports.listen);
    const stream = await client.open({ path });
    stream.stream.closed.catch(() => {});
    await Bun.sleep(100);
    const aborted = backendAborted();
    stream.cancel();
    expect(await aborted).toBeLessThan(LIMIT_MS);
    client.close();
  });

  test("over HTTP/3 cancels all its requests when its connection closes", async () => {
    const client = await H3Client.connect(proxy.ports.listen);
    await client.open({ path: "/hold" });
    await Bun.sleep(100);
    const aborted = backendAborted();
    client.session.destroy(undefined, { type: "application", code: 0x100 });
    expect(await aborted).toBeLessThan(LIMIT_MS);
  });

  test("over HTTP/2 cancels the request at the backend within 100 ms", async () => {
    const session = openHttp2(proxy.ports.listen);
    const stream = session.request({ ":path": "/hold-body", ":authority": "localhost" });
    stream.on("error", () => {});
    await new Promise((resolve) => stream.once("response", resolve));
    const aborted = backendAborted();
    stream.close(8);
    expect(await aborted).toBeLessThan(LIMIT_MS);
    session.destroy();
  });

  test("over HTTP/1.1 cancels the request at the backend within 100 ms", async () => {
    const socket = connectTls({
      port: proxy.ports.listen,
      host: "127.0.0.1",
      servername: "localhost",
      rejectUnauthorized: false,
    });
    socket.on("error", () => {});
    socket.on("secureConnect", () => socket.write("GET /hold-body HTTP/1.1\r\nhost: localhost\r\n\r\n"));
    await new Promise((resolve) => socket.once("data", resolve));
    const aborted = backendAborted();
    socket.destroy();
    expect(await aborted).toBeLessThan(LIMIT_MS);
  });

  test("in the middle of its upload aborts the backend's stream, which never looks whole", async () => {
    const client = await H3Client.connect(proxy.ports.listen);
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 100; i++) {
        yield new Uint8Array(100);
        await Bun.sleep(10);
      }
    }
    const stream = await client.open({ method: "POST", path: "/hold", body: endless() });
    stream.stream.closed.catch(() => {});
    await Bun.sleep(100);
    const aborted = backendAborted();
    stream.cancel();
    expect(await aborted).toBeLessThan(LIMIT_MS);
    client.close();
  });
});

describe("a backend that dies in the middle of a response", () => {
  const cases = ["/die", "/reset", "/short", "/old"];

  test.each(cases)("resets the HTTP/3 stream (%s)", async (path) => {
    const client = await H3Client.connect(proxy.ports.listen);
    const stream = await client.open({ path });
    const outcome = await stream.body().then(
      () => "whole",
      (error: unknown) => String(error),
    );
    expect(outcome).toMatch(/reset|aborted/i);
    client.close();
  });

  test.each(cases)("resets the HTTP/2 stream (%s)", async (path) => {
    const session = openHttp2(proxy.ports.listen);
    const outcome = await requestHttp2(session, path).then(
      () => "whole",
      (error: unknown) => String(error),
    );
    expect(outcome).toMatch(/NGHTTP2_INTERNAL_ERROR|reset with/);
    session.destroy();
  });

  test.each(cases)("cuts the HTTP/1.1 connection short of its end (%s)", async (path) => {
    const text = await exchangeHttp1(proxy.ports.listen, `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`, 2000);
    expect(text).toStartWith("HTTP/1.1 200 OK\r\n");
    expect(text.endsWith("0\r\n\r\n")).toBe(false);
    const declared = /content-length: (\d+)/.exec(text)?.[1];
    const body = text.slice(text.indexOf("\r\n\r\n") + 4);
    if (declared !== undefined) expect(body.length).toBeLessThan(Number(declared));
  });

  test("leaves the proxy able to serve the next request", async () => {
    const client = await H3Client.connect(proxy.ports.listen);
    expect((await client.get("/early")).status).toBe(403);
    client.close();
  });
});

test("a backend that is not there is answered for with 502", async () => {
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, "127.0.0.1", resolve));
  const address = free.address();
  const port = address === null || typeof address === "string" ? 0 : address.port;
  await new Promise<void>((resolve) => free.close(() => resolve()));
  const lonely = await startProxy({
    upstream: `app:\n  route: {path_prefix: /}\n  backends: [{id: b0, address: "http://127.0.0.1:${port}"}]`,
  });
  try {
    const client = await H3Client.connect(lonely.ports.listen);
    const response = await client.get("/");
    expect(response.status).toBe(502);
    expect(Buffer.from(response.body).toString()).toBe("upstream error\n");
    client.close();
  } finally {
    await lonely.dispose();
  }
});

test("a response that comes before the request is whole is passed on, and the rest of the request dropped", async () => {
  const client = await H3Client.connect(proxy.ports.listen);
  async function* slow(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 200; i++) {
      yield new Uint8Array(1000);
      await Bun.sleep(5);
    }
  }
  const startedMs = performance.now();
  const stream = await client.open({ method: "POST", path: "/early", body: slow() });
  stream.stream.closed.catch(() => {});
  expect((await stream.head)[":status"]).toBe("403");
  expect(Buffer.from(await stream.body()).toString()).toBe("no");
  expect(performance.now() - startedMs).toBeLessThan(500);
  client.close();
});

test("the access log tells of a client that left", async () => {
  const client = await H3Client.connect(proxy.ports.listen);
  const stream = await client.open({ path: "/hold" });
  stream.stream.closed.catch(() => {});
  await Bun.sleep(50);
  stream.cancel();
  await proxy.until(() => /path=\/hold status=0 .*error=SPK_REQUEST_CLIENT_GONE/.test(proxy.stderr));
  client.close();
});
