import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assembleWat } from "./support/assemble-wat.ts";
import type { DaemonProcess } from "./support/daemon-process.ts";
import { H3Client } from "./support/h3-client.ts";
import { Http2Backend } from "./support/http2-backend.ts";
import { startProxy } from "./support/proxy.ts";
import { openHttp2, requestHttp1, requestHttp2 } from "./support/tls-client.ts";

const WASM = join(import.meta.dir, "..", "wasm");

/** A router for which every request has the route that was added last. */
const LAST_ROUTE = `(module
  (memory (export "memory") 1)
  (global $last (mut i32) (i32.const -1))
  (func (export "spooky_policy_abi") (result i32) (i32.const 1))
  (func (export "spooky_route_buffer") (param i32) (result i32) (i32.const 1024))
  (func (export "spooky_route_add") (param i32 i32 i32 i32) (result i32)
    (global.set $last (i32.add (global.get $last) (i32.const 1)))
    (i32.const 0))
  (func (export "spooky_route_commit") (result i32) (i32.const 0))
  (func (export "spooky_route_match") (param i32 i32 i32) (result i32) (global.get $last)))`;

let folder = "";

let backends: Http2Backend[];

/** A backend that names itself and tells what fields it saw. */
function startNamed(name: string): Promise<Http2Backend> {
  return Http2Backend.start((stream, headers) => {
    stream.respond({ ":status": 200, "x-secret": "s3cret", "x-backend": name });
    stream.end(JSON.stringify({ ...headers }));
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "spooky-modules-"));
  writeFileSync(join(folder, "last-route.wasm"), await assembleWat(LAST_ROUTE));
  backends = await Promise.all(["a", "b", "c"].map(startNamed));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const backend of backends) backend.stop();
});

function addresses(): string {
  return backends.map(({ address }, index) => `    - {id: b${index}, address: "${address}"}`).join("\n");
}

async function backendOf(client: H3Client, path = "/"): Promise<string> {
  return String((await client.get(path)).headers["x-backend"]);
}

describe("filters", () => {
  let proxy: DaemonProcess;

  beforeAll(async () => {
    proxy = await startProxy({
      upstream: `app:
  route: {path_prefix: /}
  backends:
${addresses()}
  filters:
    - name: own
      builtin: header-rewrite
      config:
        request: {set: {x-own: "\${upstream}"}}
        response: {append: {x-seen: own}}
other:
  route: {path_prefix: /other}
  backends: [{id: o0, address: "http://localhost:${backends[0]?.port ?? 0}"}]`,
      extra: `filters:
  - name: edge
    builtin: header-rewrite
    config:
      request:
        set: {x-client: "\${client_address}", x-id: "\${request_id}"}
        append: {x-list: two}
        remove: [x-internal]
        rename: {x-old: x-new}
      response:
        set: {x-request-id: "\${request_id}"}
        append: {x-seen: edge}
        remove: [x-secret]
`,
    });
  });

  afterAll(() => proxy.dispose());

  const fields = { "x-internal": "1", "x-old": "kept", "x-list": "one" };

  test("set, append, remove and rename fields of requests and responses over HTTP/3", async () => {
    const client = await H3Client.connect(proxy.ports.listen);
    const response = await client.get("/", fields);
    const seen = JSON.parse(Buffer.from(response.body).toString()) as Record<string, string>;
    expect(seen["x-client"]).toBe("127.0.0.1");
    expect(seen["x-id"]).toBe(seen["x-request-id"]);
    expect(seen["x-list"]).toBe("one, two");
    expect(seen["x-new"]).toBe("kept");
    expect(seen["x-internal"]).toBeUndefined();
    expect(seen["x-old"]).toBeUndefined();
    expect(response.headers["x-request-id"]).toBe(seen["x-request-id"]);
    expect(response.headers["x-secret"]).toBeUndefined();
    client.close();
  });

  test("work alike over HTTP/2 and HTTP/1.1", async () => {
    const session = openHttp2(proxy.ports.listen);
    const responses = [
      await requestHttp2(session, "/", { headers: fields }),
      await requestHttp1(proxy.ports.listen, "/", { headers: fields }),
    ];
    session.destroy();
    for (const response of responses) {
      const seen = JSON.parse(response.body) as Record<string, string>;
      expect([seen["x-list"], seen["x-new"], seen["x-internal"]]).toEqual(["one, two", "kept", undefined]);
      expect(response.headers["x-secret"]).toBeUndefined();
      expect(response.headers["x-request-id"]).toBe(seen["x-request-id"]);
    }
  });

  test("of the listener run first on requests and last on responses; those of an upstream only there", async () => {
    const client = await H3Client.connect(proxy.ports.listen);
    const own = await client.get("/");
    expect(own.headers["x-seen"]).toEqual(["own", "edge"]);
    expect(JSON.parse(Buffer.from(own.body).toString())["x-own"]).toBe("app");
    const other = await client.get("/other");
    expect(other.headers["x-seen"]).toBe("edge");
    expect(JSON.parse(Buffer.from(other.body).toString())["x-own"]).toBeUndefined();
    client.close();
  });

  test("see the proxy's own answers too", async () => {
    const lonely = await startProxy({
      upstream: `app:\n  route: {path_prefix: /only}\n  backends:\n${addresses()}`,
      extra: `filters:\n  - {name: edge, builtin: header-rewrite, config: {response: {set: {x-edge: here}}}}\n`,
    });
    const client = await H3Client.connect(lonely.ports.listen);
    const response = await client.get("/elsewhere");
    expect([response.status, response.headers["x-edge"]]).toEqual([404, "here"]);
    client.close();
    await lonely.dispose();
  });

  test("are counted", async () => {
    const calls = (await proxy.metrics()).get('spooky_filter_calls_total{filter="edge"}');
    expect(calls).toBeGreaterThan(0);
  });
});

describe("balancing", () => {
  test.each<[string, (counts: readonly number[]) => void]>([
    ["round-robin", (counts) => expect(counts).toEqual([20, 20, 20])],
    [
      "random",
      (counts) => {
        for (const count of counts) expect(count).toBeGreaterThan(5);
      },
    ],
    [
      "least-connections",
      (counts) => {
        for (const count of counts) expect(count).toBeGreaterThan(0);
      },
    ],
  ])("by %s spreads requests over the backends", async (type, check) => {
    const proxy = await startProxy({
      upstream: `app:\n  route: {path_prefix: /}\n  load_balancing: {type: ${type}}\n  backends:\n${addresses()}`,
    });
    const client = await H3Client.connect(proxy.ports.listen);
    const counts = new Map<string, number>();
    for (let i = 0; i < 60; i++) {
      const name = await backendOf(client);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    check(["a", "b", "c"].map((name) => counts.get(name) ?? 0));
    client.close();
    await proxy.dispose();
  });

  test("respects weights", async () => {
    const [a, b] = backends;
    const proxy = await startProxy({
      upstream: `app:
  route: {path_prefix: /}
  backends:
    - {id: heavy, address: "${a?.address ?? ""}", weight: 300}
    - {id: light, address: "${b?.address ?? ""}", weight: 100}`,
    });
    const client = await H3Client.connect(proxy.ports.listen);
    let heavy = 0;
    for (let i = 0; i < 40; i++) if ((await backendOf(client)) === "a") heavy++;
    expect(heavy).toBe(30);
    client.close();
    await proxy.dispose();
  });
});

describe("one line of config", () => {
  test("replaces the balancer by a module of the user's own", async () => {
    const proxy = await startProxy({
      upstream: `app:
  route: {path_prefix: /}
  load_balancing: {file: "${join(WASM, "random.wasm")}"}
  backends:
${addresses()}`,
    });
    const client = await H3Client.connect(proxy.ports.listen);
    const names = new Set<string>();
    const order: string[] = [];
    for (let i = 0; i < 60; i++) {
      const name = await backendOf(client);
      names.add(name);
      order.push(name);
    }
    expect(names.size).toBe(3);
    // Round robin, the default, would repeat every three.
    expect(order.every((name, index) => name === order[index % 3])).toBe(false);
    client.close();
    await proxy.dispose();
  });

  test("replaces the router by a module of the user's own", async () => {
    const proxy = await startProxy({
      upstream: `first:
  route: {path_prefix: /first}
  backends: [{id: b0, address: "${backends[0]?.address ?? ""}"}]
last:
  route: {path_prefix: /last}
  backends: [{id: b1, address: "${backends[1]?.address ?? ""}"}]`,
      extra: `routing: {file: "${join(folder, "last-route.wasm")}"}\n`,
    });
    const client = await H3Client.connect(proxy.ports.listen);
    expect(await backendOf(client, "/first")).toBe("b");
    expect(await backendOf(client, "/nowhere")).toBe("b");
    client.close();
    await proxy.dispose();
  });
});
