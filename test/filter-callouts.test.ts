import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { DaemonProcess } from "./support/daemon-process.ts";
import { buildFilterModule, type FilterModuleFile } from "./support/filter-module.ts";
import { H3Client } from "./support/h3-client.ts";
import { Http2Backend } from "./support/http2-backend.ts";
import { startProxy } from "./support/proxy.ts";
import { openHttp2, requestHttp2 } from "./support/tls-client.ts";

let module: FilterModuleFile;
let forgetful: FilterModuleFile;
let backend: Http2Backend;
let auth: Http2Backend;
let proxy: DaemonProcess;
let client: H3Client;
let abortedCount = 0;

beforeAll(async () => {
  module = await buildFilterModule("auth-filter");
  forgetful = await buildFilterModule("forgetful-filter");
  backend = await Http2Backend.start((stream, headers) => {
    let body = "";
    stream.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
    stream.on("end", () => {
      if (stream.destroyed) return;
      stream.respond({ ":status": 200 });
      stream.end(`${String(headers["x-user"])} ${body}`);
    });
  });
  auth = await Http2Backend.start((stream, headers) => {
    let body = "";
    stream.on("aborted", () => abortedCount++);
    stream.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
    stream.on("end", () => {
      if (headers.authorization === "never") return;
      const isRight = headers.authorization === "right" && headers[":path"] === "/check";
      stream.respond({ ":status": isRight ? 200 : 401 });
      stream.end(isRight ? `user${body}` : "");
    });
  });
  proxy = await startProxy({
    upstream: `app:
  route: {path_prefix: /}
  backends: [{id: b0, address: "${backend.address}"}]
auth:
  route: {host: auth.invalid}
  backends: [{id: a0, address: "${auth.address}"}]
secret:
  route: {host: secret.invalid}
  backends: [{id: s0, address: "http://localhost:${auth.port}"}]
gone:
  route: {host: gone.invalid}
  backends: [{id: g0, address: "http://127.0.0.1:1"}]`,
    extra: `filters: [{name: auth, file: "${module.file}", upstreams: [auth, gone]}]\n`,
  });
  client = await H3Client.connect(proxy.ports.listen);
}, 60_000);

afterAll(async () => {
  client.close();
  await proxy.dispose();
  backend.stop();
  auth.stop();
  await module.remove();
  await forgetful.remove();
});

async function ask(headers: Record<string, string>, body?: string): Promise<[number, string]> {
  const response = await client.request({
    path: "/",
    headers,
    ...(body === undefined ? {} : { method: "POST", body }),
  });
  return [response.status, Buffer.from(response.body).toString()];
}

test("a filter that holds a request for ever is given up on", async () => {
  const impatient = await startProxy({
    upstream: `app:\n  route: {path_prefix: /}\n  backends: [{id: b0, address: "${backend.address}"}]`,
    extra: `filters: [{name: auth, file: "${forgetful.file}"}]\n`,
    performance: ["connect", "", "body_idle", "body_total", "total_request"]
      .map((name) => `backend_${name === "" ? "" : `${name}_`}timeout_ms: 400`)
      .join("\n"),
  });
  const other = await H3Client.connect(impatient.ports.listen);
  const response = await other.get("/");
  expect([response.status, Buffer.from(response.body).toString()]).toEqual([504, "filter held the request too long\n"]);
  other.close();
  await impatient.dispose();
});

describe("a filter that asks another service", () => {
  test("lets a request go on with what it was told", async () => {
    expect(await ask({ authorization: "right" })).toEqual([200, "user "]);
    expect(await ask({ authorization: "right" }, "with a body")).toEqual([200, "user with a body"]);
  });

  test("answers by itself when it is told so", async () => {
    expect(await ask({ authorization: "wrong" })).toEqual([403, "auth said 401\n"]);
    expect(await ask({ authorization: "wrong" }, "body")).toEqual([403, "auth said 401\n"]);
  });

  test("may ask with the request's body, which it holds meanwhile", async () => {
    expect(await ask({ authorization: "right", "x-when": "body" }, " 7")).toEqual([200, "undefined  7"]);
    expect(await ask({ authorization: "wrong", "x-when": "body" }, "x")).toEqual([403, "auth said 401\n"]);
  });

  test("is told when there is no answer in time, and the service's stream is reset", async () => {
    abortedCount = 0;
    const startedMs = performance.now();
    expect(await ask({ authorization: "never" })).toEqual([504, "no answer\n"]);
    expect(performance.now() - startedMs).toBeLessThan(2000);
    await proxy.until(() => abortedCount === 1);
  });

  test("is told when there is nobody to answer", async () => {
    expect(await ask({ "x-upstream": "gone" })).toEqual([504, "no answer\n"]);
  });

  test("may call no upstream that it is not allowed to, and none that there is not", async () => {
    expect(await ask({ "x-upstream": "secret" })).toEqual([500, "call failed with 2\n"]);
    expect(await ask({ "x-upstream": "app" })).toEqual([500, "call failed with 2\n"]);
    expect(await ask({ "x-upstream": "http://127.0.0.1:1/" })).toEqual([500, "call failed with 2\n"]);
  });

  test("knows an upstream by the name that a mesh gives it", async () => {
    expect(await ask({ authorization: "right", "x-upstream": "outbound|80||auth.static" })).toEqual([200, "user "]);
  });

  test("serves many requests at a time, 64 of them with a call under way", async () => {
    const answers = await Promise.all(Array.from({ length: 90 }, () => ask({ authorization: "never" })));
    const statuses = answers.map(([status]) => status);
    // Those that came when the first had been given up on could call again.
    expect(statuses.filter((status) => status === 504).length).toBeGreaterThanOrEqual(64);
    expect(statuses.filter((status) => status === 500).length).toBeGreaterThan(0);
    expect(statuses.filter((status) => status !== 504 && status !== 500)).toEqual([]);
    expect(await ask({ authorization: "right" })).toEqual([200, "user "]);
  });

  test("is not troubled by a client that leaves before the answer", async () => {
    const stream = await client.open({ path: "/", headers: { authorization: "never" } });
    stream.stream.closed.catch(() => {});
    await Bun.sleep(50);
    stream.cancel();
    await Bun.sleep(400);
    expect(await ask({ authorization: "right" })).toEqual([200, "user "]);
  });

  test("works alike over HTTP/2", async () => {
    const session = openHttp2(proxy.ports.listen);
    expect((await requestHttp2(session, "/", { headers: { authorization: "right" } })).body).toBe("user ");
    session.destroy();
  });
});
