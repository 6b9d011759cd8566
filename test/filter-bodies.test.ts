import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { DaemonProcess } from "./support/daemon-process.ts";
import { buildFilterModule, type FilterModuleFile } from "./support/filter-module.ts";
import { H3Client, type H3Response } from "./support/h3-client.ts";
import { Http2Backend } from "./support/http2-backend.ts";
import { startProxy } from "./support/proxy.ts";
import { openHttp2, requestHttp1, requestHttp2 } from "./support/tls-client.ts";

let module: FilterModuleFile;
let backend: Http2Backend;
let proxy: DaemonProcess;
let client: H3Client;
/** Trailers of the last request that the backend saw. */
let seenTrailers: Record<string, unknown> | undefined;
let abortedCount = 0;

beforeAll(async () => {
  module = await buildFilterModule("body-filter");
  backend = await Http2Backend.start((stream, headers) => {
    const length = headers["content-length"];
    let body = "";
    seenTrailers = undefined;
    stream.on("aborted", () => abortedCount++);
    stream.on("trailers", (trailers) => (seenTrailers = { ...trailers }));
    stream.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
    stream.on("end", () => {
      if (stream.destroyed) return;
      const [, status] = /^\/bodyless\/([0-9]+)$/.exec(headers[":path"] ?? "") ?? [];
      if (status !== undefined) {
        const declared = status === "204" ? {} : { "content-length": "7" };
        stream.respond({ ":status": Number(status), ...declared }, { endStream: true });
        return;
      }
      stream.respond(
        { ":status": 200, "x-length": length ?? "none", "content-length": `${body.length + 4}` },
        { waitForTrailers: headers[":path"] !== "/plain" },
      );
      stream.on("wantTrailers", () => stream.sendTrailers({ "x-end": "1" }));
      stream.write("got ");
      stream.end(body);
    });
  });
  proxy = await startProxy({
    upstream: `app:
  route: {path_prefix: /}
  backends: [{id: b0, address: "${backend.address}"}]
twice:
  route: {path_prefix: /twice}
  backends: [{id: b1, address: "http://localhost:${backend.port}"}]
  filters: [{name: inner, file: "${module.file}"}]`,
    extra: `filters: [{name: outer, file: "${module.file}"}]\n`,
    performance: "max_request_body_bytes: 10000000",
  });
  client = await H3Client.connect(proxy.ports.listen);
}, 60_000);

afterAll(async () => {
  client.close();
  await proxy.dispose();
  backend.stop();
  await module.remove();
});

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    yield new TextEncoder().encode(text);
    await Bun.sleep(30);
  }
}

async function post(mode: string, ...texts: string[]): Promise<{ response: H3Response; text: string }> {
  const response = await client.request({
    method: "POST",
    path: "/",
    headers: { "x-mode": mode },
    body: pieces(...texts),
  });
  return { response, text: Buffer.from(response.body).toString() };
}

describe("a filter that looks at the request's body", () => {
  test("that it leaves alone sees each piece as it comes", async () => {
    const { response, text } = await post("none", "one ", "two");
    expect(text).toBe("got one two");
    expect(Number(response.headers["x-calls"])).toBeGreaterThan(1);
  });

  test("may gather all of it and put another in its place", async () => {
    expect((await post("buffer", "a", "b", "c")).text).toBe("got [abc]");
  });

  test("may rewrite it piece by piece", async () => {
    expect((await post("upper", "one ", "two")).text).toBe("got ONE TWO");
  });

  test("may add to its end", async () => {
    expect((await post("append", "the")).text).toBe("got the end");
  });

  test("may drop it", async () => {
    expect((await post("drop", "one", "two")).text).toBe("got ");
  });

  test("may take the declared length off the head, and then make another of it", async () => {
    const response = await client.request({
      method: "POST",
      path: "/",
      body: "abc",
      headers: { "content-length": "3", "x-mode": "append" },
    });
    expect(response.headers["x-length"]).toBe("none");
    expect(Buffer.from(response.body).toString()).toBe("got abc end");
  });

  test("leaves the declared length alone when it leaves the body alone", async () => {
    const response = await client.request({
      method: "POST",
      path: "/",
      body: "abc",
      headers: { "content-length": "3" },
    });
    expect(response.headers["x-length"]).toBe("3");
    expect(response.headers["content-length"]).toBe("7");
  });

  test.each(["append", "drop"])("fails the request when it changes a declared length (%s)", async (mode) => {
    const response = await client.request({
      method: "POST",
      path: "/",
      body: "abc",
      headers: { "content-length": "3", "x-mode": mode, "x-keep-length": "1" },
    });
    expect([response.status, Buffer.from(response.body).toString()]).toEqual([
      503,
      "filter changed the declared length of a body\n",
    ]);
  });

  test("may answer by itself; the backend then never sees a whole request", async () => {
    abortedCount = 0;
    const { response, text } = await post("reply", "ab", "cdefgh");
    expect([response.status, text, response.headers["x-reason"]]).toEqual([422, "no such body\n", "body"]);
    await proxy.until(() => abortedCount === 1);
  });

  test("may hold it and let it go on later", async () => {
    expect((await post("hold", "now ", "then")).text).toBe("got now then");
  });

  test("may not hold it without end", async () => {
    const body = new Uint8Array(2_000_000);
    const response = await client.request({ method: "POST", path: "/", body, headers: { "x-mode": "hoard" } });
    expect(response.status).toBe(413);
  });

  test("fails the request when it traps, and is back for the next one", async () => {
    expect((await post("trap", "x")).response.status).toBe(503);
    expect((await post("upper", "x")).text).toBe("got X");
  });

  test("passes what it did on to the next filter", async () => {
    const response = await client.request({
      method: "POST",
      path: "/twice",
      headers: { "x-mode": "buffer" },
      body: pieces("a", "b"),
    });
    expect(Buffer.from(response.body).toString()).toBe("got [[ab]]");
  });

  test("carries a large one unchanged", async () => {
    const body = "0123456789abcdef".repeat(60_000);
    const response = await client.request({ method: "POST", path: "/", body, headers: { "x-mode": "none" } });
    expect(Bun.hash(response.body)).toBe(Bun.hash(`got ${body}`));
  });
});

describe("a filter that looks at the response's body", () => {
  test.each([
    ["HEAD", 200, "7"],
    ["GET", 204, undefined],
    ["GET", 304, "7"],
  ])("leaves alone what has none: %s answered with %i", async (method, status, length) => {
    const response = await client.request({ method, path: `/bodyless/${status}` });
    expect([response.status, response.headers["content-length"], response.body.length]).toEqual([status, length, 0]);
  });

  test("may rewrite it piece by piece", async () => {
    const { response, text } = await post("response-upper", "abc");
    expect(text).toBe("GOT ABC");
    expect(response.headers["content-length"]).toBeUndefined();
  });

  test("may gather all of it; trailers come behind", async () => {
    const { response, text } = await post("response-buffer", "abc");
    // The end came with the trailers, so that no body callback was the last one.
    expect(text).toBe("got abc");
    expect(response.trailers?.["x-end"]).toBe("1");
  });

  test("is cut off when it makes another length of it than declared", async () => {
    const headers = { "x-mode": "response-buffer", "x-keep-length": "1" };
    const stream = await client.open({ method: "POST", path: "/plain", body: "abc", headers });
    const outcome = await stream.body().then(
      () => "whole",
      (error: unknown) => String(error),
    );
    expect(outcome).toMatch(/reset|aborted/i);
  });

  test("may hold more than it may only until the answer is cut off", async () => {
    const body = "x".repeat(2_000_000);
    const stream = await client.open({ method: "POST", path: "/", body, headers: { "x-mode": "response-hoard" } });
    const outcome = await stream.body().then(
      () => "whole",
      (error: unknown) => String(error),
    );
    expect(outcome).toMatch(/reset|aborted/i);
  });
});

test("a filter that keeps the end of a response for ever is given up on, and the answer cut off", async () => {
  const impatient = await startProxy({
    upstream: `app:\n  route: {path_prefix: /}\n  backends: [{id: b0, address: "${backend.address}"}]`,
    extra: `filters: [{name: hoard, file: "${module.file}"}]\n`,
    performance: ["connect", "", "body_idle", "body_total", "total_request"]
      .map((name) => `backend_${name === "" ? "" : `${name}_`}timeout_ms: 400`)
      .join("\n"),
  });
  const other = await H3Client.connect(impatient.ports.listen);
  const stream = await other.open({ method: "POST", path: "/", body: "abc", headers: { "x-mode": "response-hoard" } });
  const outcome = await stream.body().then(
    () => "whole",
    (error: unknown) => String(error),
  );
  expect(outcome).toMatch(/reset|aborted/i);
  await impatient.until(() => impatient.stderr.includes("SPK_FILTER_TIMEOUT"));
  other.close();
  await impatient.dispose();
});

describe("trailers", () => {
  test("are seen and changed both ways", async () => {
    const response = await client.request({
      method: "POST",
      path: "/",
      headers: { "x-mode": "trailers" },
      body: "abc",
      trailers: { "x-sum": "1", "x-secret": "2" },
    });
    expect(Buffer.from(response.body).toString()).toBe("got abc");
    await proxy.until(() => seenTrailers !== undefined);
    expect([seenTrailers?.["x-sum"], seenTrailers?.["x-secret"], seenTrailers?.["x-count"]]).toEqual([
      "1",
      undefined,
      "2",
    ]);
    expect({ ...response.trailers }).toEqual({ "x-end": "1", "x-seen": "yes" });
  });
});

test("HTTP/2 and HTTP/1.1 go the same way", async () => {
  const session = openHttp2(proxy.ports.listen);
  const options = { method: "POST", body: "abc", headers: { "x-mode": "buffer" } };
  expect((await requestHttp2(session, "/", options)).body).toBe("got [abc]");
  session.destroy();
  expect((await requestHttp1(proxy.ports.listen, "/", options)).body).toBe("got [abc]");
});

test("a request without a body calls no body callback", async () => {
  const response = await client.get("/", { "x-mode": "upper" });
  expect(response.headers["x-calls"]).toBe("0");
});
