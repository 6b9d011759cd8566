import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { DaemonProcess } from "./support/daemon-process.ts";
import { H3Client } from "./support/h3-client.ts";
import { Http2Backend } from "./support/http2-backend.ts";
import { simpleUpstream, startProxy } from "./support/proxy.ts";
import { exchangeHttp1, openHttp2, requestHttp1, requestHttp2 } from "./support/tls-client.ts";

let backend: Http2Backend;
let proxy: DaemonProcess;
let client: H3Client;

/** What the backend got in the last request to /echo. */
let echoed: { bytes: number; trailers: Record<string, unknown> | undefined } = { bytes: 0, trailers: undefined };

beforeAll(async () => {
  backend = await Http2Backend.start((stream, headers) => {
    const path = headers[":path"] ?? "";
    if (path === "/trailers") {
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0", "grpc-message": "fine" }));
      stream.end("body");
    } else if (path.startsWith("/status/")) {
      stream.respond({ ":status": Number(path.slice(8)), etag: '"1"' }, { endStream: true });
    } else if (path === "/hints") {
      stream.additionalHeaders({ ":status": 103, link: "</style.css>; rel=preload" });
      stream.additionalHeaders({ ":status": 103, link: "</script.js>; rel=preload" });
      stream.respond({ ":status": 200 });
      stream.end("hinted");
    } else if (path === "/length") {
      stream.respond({ ":status": 200, "content-length": "11" }, { endStream: headers[":method"] === "HEAD" });
      if (headers[":method"] !== "HEAD") stream.end("hello world");
    } else if (path === "/drip") {
      stream.respond({ ":status": 200, "content-type": "text/event-stream" });
      stream.write("one");
      stream.on("data", () => {});
      setTimeout(() => stream.end("two"), 300);
    } else {
      let bytes = 0;
      stream.respond({ ":status": 200 });
      stream.on("trailers", (trailers) => (echoed = { bytes, trailers: { ...trailers } }));
      stream.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (!stream.write(chunk)) {
          stream.pause();
          stream.once("drain", () => stream.resume());
        }
      });
      stream.on("end", () => {
        echoed = { bytes, trailers: echoed.trailers };
        stream.end();
      });
    }
  });
  proxy = await startProxy({
    upstream: simpleUpstream(backend.address),
    performance: "max_request_body_bytes: 50000000",
  });
  client = await H3Client.connect(proxy.ports.listen);
});

afterAll(async () => {
  client.close();
  await proxy.dispose();
  backend.stop();
});

/** Bytes that differ at every place, so that a lost or doubled piece shows. */
function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8)) & 0xff;
  return bytes;
}

describe("HTTP/3", () => {
  test("carries a large body both ways unchanged", async () => {
    const body = pattern(5_000_000);
    const response = await client.request({ method: "POST", path: "/echo", body });
    expect(response.body.length).toBe(body.length);
    expect(Bun.hash(response.body)).toBe(Bun.hash(body));
  });

  test("passes trailers of the response on", async () => {
    const response = await client.get("/trailers");
    expect(Buffer.from(response.body).toString()).toBe("body");
    expect({ ...response.trailers }).toEqual({ "grpc-status": "0", "grpc-message": "fine" });
  });

  test("passes trailers of the request on", async () => {
    echoed = { bytes: 0, trailers: undefined };
    const body = new TextEncoder().encode("abc");
    await client.request({ method: "POST", path: "/echo", body, trailers: { "x-checksum": "42" } });
    expect(echoed.bytes).toBe(3);
    expect(echoed.trailers?.["x-checksum"]).toBe("42");
  });

  test("answers HEAD with the length and no body", async () => {
    const response = await client.request({ method: "HEAD", path: "/length" });
    expect(response.headers["content-length"]).toBe("11");
    expect(response.body.length).toBe(0);
  });

  test.each([204, 304])("passes %d on without a body", async (status) => {
    const response = await client.get(`/status/${status}`);
    expect(response.status).toBe(status);
    expect(response.headers["etag"]).toBe('"1"');
    expect(response.body.length).toBe(0);
  });

  test("passes informational responses on, in order", async () => {
    const response = await client.get("/hints");
    expect(response.informational.map((fields) => fields["link"])).toEqual([
      "</style.css>; rel=preload",
      "</script.js>; rel=preload",
    ]);
    expect(Buffer.from(response.body).toString()).toBe("hinted");
  });

  test("streams: the first piece arrives while the backend still makes the second", async () => {
    const startedMs = performance.now();
    const stream = await client.open({ path: "/drip" });
    const arrivals: [string, number][] = [];
    for await (const chunk of stream.chunks()) {
      arrivals.push([Buffer.from(chunk).toString(), performance.now() - startedMs]);
    }
    expect(arrivals.map(([text]) => text)).toEqual(["one", "two"]);
    expect(arrivals[0]?.[1]).toBeLessThan(250);
  });

  test("keeps content-length of the backend", async () => {
    const response = await client.get("/length");
    expect(response.headers["content-length"]).toBe("11");
    expect(Buffer.from(response.body).toString()).toBe("hello world");
  });

  test("carries an empty POST", async () => {
    const response = await client.request({ method: "POST", path: "/echo", headers: { "content-length": "0" } });
    expect(response.status).toBe(200);
    expect(response.body.length).toBe(0);
  });
});

describe("HTTP/2", () => {
  test("passes trailers, informational responses, HEAD and empty statuses on", async () => {
    const session = openHttp2(proxy.ports.listen);
    const trailed = await requestHttp2(session, "/trailers");
    expect(trailed.body).toBe("body");
    expect(trailed.trailers?.["grpc-status"]).toBe("0");
    expect((await requestHttp2(session, "/hints")).informational).toEqual([103, 103]);
    const head = await requestHttp2(session, "/length", { method: "HEAD" });
    expect([head.headers["content-length"], head.body]).toEqual(["11", ""]);
    for (const status of [204, 304]) {
      expect((await requestHttp2(session, `/status/${status}`)).status).toBe(status);
    }
    session.destroy();
  });

  test("carries a large body both ways unchanged", async () => {
    const session = openHttp2(proxy.ports.listen);
    const body = Buffer.from(pattern(2_000_000))
      .toString("latin1")
      .replace(/[^\x20-\x7e]/g, ".");
    const response = await requestHttp2(session, "/echo", { method: "POST", body });
    expect(Bun.hash(response.body)).toBe(Bun.hash(body));
    session.destroy();
  });
});

describe("HTTP/1.1", () => {
  test("passes trailers on in the chunked coding", async () => {
    const text = await exchangeHttp1(
      proxy.ports.listen,
      "GET /trailers HTTP/1.1\r\nhost: localhost\r\nte: trailers\r\nconnection: close, te\r\n\r\n",
    );
    expect(text).toMatch(/\r\n4\r\nbody\r\n0\r\ngrpc-status: 0\r\ngrpc-message: fine\r\n\r\n$/i);
  });

  test("answers HEAD, 204 and 304 without a body and keeps the connection usable", async () => {
    const text = await exchangeHttp1(
      proxy.ports.listen,
      ["HEAD /length", "GET /status/204", "GET /status/304"]
        .map((line) => `${line} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
        .join("") + "GET /length HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    );
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    expect(statuses).toEqual(["200", "204", "304", "200"]);
    expect(text.endsWith("\r\n\r\nhello world")).toBe(true);
  });

  test("passes 103 on", async () => {
    const text = await exchangeHttp1(
      proxy.ports.listen,
      "GET /hints HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    );
    expect(text.match(/^HTTP\/1\.1 \d+/gm)).toEqual(["HTTP/1.1 103", "HTTP/1.1 103", "HTTP/1.1 200"]);
  });

  test("takes a chunked body with trailers", async () => {
    echoed = { bytes: 0, trailers: undefined };
    const text = await exchangeHttp1(
      proxy.ports.listen,
      "POST /echo HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n" +
        "3\r\nabc\r\n0\r\nx-checksum: 7\r\n\r\n",
    );
    expect(text).toContain("abc");
    expect(echoed.trailers?.["x-checksum"]).toBe("7");
  });

  test("answers `expect: 100-continue`", async () => {
    const response = await requestHttp1(proxy.ports.listen, "/echo", {
      method: "POST",
      body: "abc",
      headers: { expect: "100-continue" },
    });
    expect(response.status).toBe(100);
  });
});
