/** The filters that ship, chained in the real program, over HTTP/3. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import type { DaemonProcess } from "./support/daemon-process.ts";
import { H3Client } from "./support/h3-client.ts";
import { Http2Backend } from "./support/http2-backend.ts";
import { startProxy } from "./support/proxy.ts";

const secret = `{SHA256}${createHash("sha256").update("open sesame").digest("base64")}`;

interface Seen {
  readonly backend: string;
  readonly headers: Readonly<Record<string, string>>;
}

function startNamed(backend: string): Promise<Http2Backend> {
  return Http2Backend.start((stream, headers) => {
    stream.respond({ ":status": 200, "content-type": "application/json", "access-control-allow-origin": "*" });
    stream.end(JSON.stringify({ backend, headers: { ...headers } }));
  });
}

let backends: Http2Backend[];
let proxy: DaemonProcess;
let client: H3Client;

beforeAll(async () => {
  backends = await Promise.all(["stable", "canary"].map(startNamed));
  proxy = await startProxy({
    upstream: `stable:
  route: {path_prefix: /}
  backends: [{id: s, address: "${backends[0]?.address}"}]
canary:
  route: {path_prefix: /canary}
  backends: [{id: c, address: "${backends[1]?.address}"}]`,
    extra: `filters:
  - {name: ids, builtin: request-id}
  - {name: careful, builtin: security-headers, config: {x_frame_options: SAMEORIGIN}}
  - {name: sites, builtin: cors, config: {allow_origins: ["https://*.shop.example"]}}
  - {name: addresses, builtin: ip-allow-deny, config: {allow: ["127.0.0.0/8", "::1"]}}
  - name: paths
    builtin: path-rewrite
    config: {rules: [{prefix: /old, redirect: /new, status: 308}, {match: "/i/{id}", rewrite: "/items/{id}"}]}
  - {name: keys, builtin: key-auth, config: {keys: [{name: ann, key: "${secret}"}], consumer_header: x-consumer}}
  - name: split
    builtin: canary-split
    config: {percent: 0, path_prefix: /canary, cookie: side, when_header: {name: x-try, value: "yes"}}
  - {name: caching, builtin: response-cache-control, config: {rules: [{content_type: application/json, value: no-store}]}}
`,
  });
  client = await H3Client.connect(proxy.ports.listen);
});

afterAll(async () => {
  client.close();
  await proxy.dispose();
  for (const backend of backends) backend.stop();
});

type Answer = Awaited<ReturnType<H3Client["get"]>>;

function seenBy(answer: Answer): Seen {
  return JSON.parse(Buffer.from(answer.body).toString()) as Seen;
}

describe("a chain of filters that ship", () => {
  const key = { "x-api-key": "open sesame" };

  test("lets a good request through, each of them doing its part", async () => {
    const answer = await client.get("/i/7?x=1", { ...key, origin: "https://www.shop.example" });
    const { backend, headers } = seenBy(answer);
    expect([answer.status, backend, headers[":path"]]).toEqual([200, "stable", "/items/7?x=1"]);
    expect([headers["x-consumer"], headers["x-api-key"], headers["x-canary"]]).toEqual(["ann", undefined, "stable"]);
    expect(headers["x-correlation-id"]).toBe(String(answer.headers["x-correlation-id"]));
    expect(answer.headers["access-control-allow-origin"]).toBe("https://www.shop.example");
    expect(answer.headers["x-frame-options"]).toBe("SAMEORIGIN");
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.headers["set-cookie"]).toStartWith("side=stable;");
  });

  test("leads elsewhere who asks for it or has been there, to the backends of another route", async () => {
    for (const fields of [{ "x-try": "yes" }, { cookie: "side=canary" }]) {
      const { backend, headers } = seenBy(await client.get("/a", { ...key, ...fields }));
      expect([backend, headers[":path"]]).toEqual(["canary", "/canary/a"]);
    }
  });

  test("refuses who has no key; the answer passes the filters before that one", async () => {
    const answer = await client.get("/a", { origin: "https://evil.test" });
    expect([answer.status, Buffer.from(answer.body).toString()]).toEqual([401, "a valid key is needed\n"]);
    expect(answer.headers["x-frame-options"]).toBe("SAMEORIGIN");
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    expect(answer.headers["x-correlation-id"]).toBeDefined();
  });

  test("redirects", async () => {
    const answer = await client.get("/old/a?b=1");
    expect([answer.status, answer.headers["location"]]).toEqual([308, "/new/a?b=1"]);
  });
});
