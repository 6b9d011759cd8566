/** The same key leads to the same backend, over every version of HTTP. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { DaemonProcess } from "./support/daemon-process.ts";
import { H3Client } from "./support/h3-client.ts";
import { Http2Backend } from "./support/http2-backend.ts";
import { startProxy } from "./support/proxy.ts";
import { openHttp2, requestHttp1, requestHttp2 } from "./support/tls-client.ts";

const NAMES = ["a", "b", "c", "d"] as const;
const CONSISTENT_HASH = join(import.meta.dir, "..", "wasm", "consistent-hash.wasm");

const backends: Http2Backend[] = [];
let proxy: DaemonProcess;

/** Answers with its name; on `/slow`, later. */
function startNamed(name: string): Promise<Http2Backend> {
  return Http2Backend.start((stream, headers) => {
    const answer = (): void => {
      if (stream.destroyed) return;
      stream.respond({ ":status": 200, "x-backend": name });
      stream.end();
    };
    if (String(headers[":path"]).startsWith("/slow")) setTimeout(answer, 300);
    else answer();
  });
}

/** An upstream for requests to `<name>.example`, with backends of its own: no two may have the same. */
async function startUpstream(name: string, balancing: string, extra = ""): Promise<string> {
  const started = await Promise.all(NAMES.map(startNamed));
  backends.push(...started);
  const list = started.map(({ address }, index) => `    - {id: b${index}, address: "${address}"}`).join("\n");
  return `${name}:
  route: {host: ${name}.example}
  load_balancing: ${balancing}
  backends:
${list}
${extra}`;
}

beforeAll(async () => {
  const upstreams = await Promise.all([
    startUpstream("header", '{type: ch, key: "header:X-User"}'),
    startUpstream("cookie", '{type: consistent-hash, key: "cookie:sid"}'),
    startUpstream("query", '{type: consistent_hash, key: "query:user"}'),
    startUpstream("path", "{type: ch, key: path}"),
    startUpstream("address", "{type: ch, key: client_ip}", "  forwarded_headers: {mode: append}"),
    startUpstream("plain", "{type: ch}"),
    startUpstream("sticky", "{type: cid-sticky}"),
    startUpstream("token", "{type: sticky-cid, key: bearer_token}"),
    startUpstream("file", `{file: "${CONSISTENT_HASH}", key: path}`),
    startUpstream("keyless", `{file: "${CONSISTENT_HASH}"}`),
    startUpstream("latency", "{type: la}"),
  ]);
  proxy = await startProxy({ upstream: upstreams.join("\n") });
});

afterAll(async () => {
  await proxy.dispose();
  for (const backend of backends) backend.stop();
});

interface Asked {
  readonly host: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Ask = (asked: Asked) => Promise<string>;

/** Runs `use` with one connection of each version; that of HTTP/1.1 is another one for each request. */
async function overAllVersions(use: (asks: Readonly<Record<"h3" | "h2" | "h1", Ask>>) => Promise<void>): Promise<void> {
  const client = await H3Client.connect(proxy.ports.listen);
  const session = openHttp2(proxy.ports.listen);
  try {
    await use({
      h3: async ({ host, path = "/", headers = {} }) => {
        const response = await client.request({ path, authority: `${host}.example`, headers });
        return String(response.headers["x-backend"]);
      },
      h2: async ({ host, path = "/", headers = {} }) => {
        const response = await requestHttp2(session, path, {
          headers: { ":authority": `${host}.example`, ...headers },
        });
        return String(response.headers["x-backend"]);
      },
      h1: async ({ host, path = "/", headers = {} }) => {
        const response = await requestHttp1(proxy.ports.listen, path, {
          headers: { host: `${host}.example`, ...headers },
        });
        return String(response.headers["x-backend"]);
      },
    });
  } finally {
    client.close();
    session.destroy();
  }
}

describe("consistent-hash", () => {
  test.each<[name: string, asked: (user: number, noise: number) => Asked]>([
    ["header", (user, noise) => ({ host: "header", path: `/${noise}`, headers: { "x-user": `user-${user}` } })],
    ["cookie", (user, noise) => ({ host: "cookie", headers: { cookie: `n=${noise}; sid=user-${user}` } })],
    ["query", (user, noise) => ({ host: "query", path: `/${noise}?n=${noise}&user=user-${user}` })],
    ["path", (user, noise) => ({ host: "path", path: `/user-${user}?${noise}` })],
    [
      "client_ip",
      (user, noise) => ({ host: "address", headers: { "x-forwarded-for": `192.0.2.${user}, ::${noise}` } }),
    ],
    ["module of the user's own", (user, noise) => ({ host: "file", path: `/user-${user}?${noise}` })],
  ])("goes by the %s alone, over every version", async (_, asked) => {
    await overAllVersions(async ({ h3, h2, h1 }) => {
      const chosen = new Set<string>();
      for (let user = 0; user < 24; user++) {
        const over = [await h3(asked(user, 1)), await h2(asked(user, 2)), await h1(asked(user, 3))];
        expect(NAMES as readonly string[]).toContain(over[0] ?? "");
        expect(new Set(over).size).toBe(1);
        chosen.add(over[0] ?? "");
      }
      expect(chosen.size).toBe(NAMES.length);
    });
  });

  test("goes by the authority without a key, or when a request lacks it", async () => {
    await overAllVersions(async ({ h3, h2, h1 }) => {
      for (const host of ["plain", "header", "cookie"]) {
        const over = new Set<string>();
        for (let i = 0; i < 5; i++) {
          for (const ask of [h3, h2, h1]) over.add(await ask({ host, path: `/${i}` }));
        }
        expect(over.size).toBe(1);
      }
    });
  });

  test("makes the choice again that it made before a restart", async () => {
    const config = { upstream: await startUpstream("header", "{type: ch, key: 'header:x-user'}") };
    const order = async (port: number): Promise<string[]> => {
      const client = await H3Client.connect(port);
      const names: string[] = [];
      for (let user = 0; user < 16; user++) {
        const { headers } = await client.request({
          path: "/",
          authority: "header.example",
          headers: { "x-user": `${user}` },
        });
        names.push(String(headers["x-backend"]));
      }
      client.close();
      return names;
    };
    const other = await startProxy(config);
    try {
      expect(await order(other.ports.listen)).toEqual(await order(proxy.ports.listen));
    } finally {
      await other.dispose();
    }
  });

  test("spreads one key when many of its requests are in flight", async () => {
    await overAllVersions(async ({ h3 }) => {
      const names = await Promise.all(Array.from({ length: 16 }, () => h3({ host: "path", path: "/slow" })));
      const counts = NAMES.map((name) => names.filter((one) => one === name).length);
      // A quarter of 16 by 1.25.
      expect(Math.max(...counts)).toBeLessThanOrEqual(5);
    });
  });
});

describe("sticky-cid", () => {
  test("keeps a connection with its backend, and spreads the connections", async () => {
    const chosen = new Set<string>();
    for (let connection = 0; connection < 16; connection++) {
      await overAllVersions(async ({ h3, h2, h1 }) => {
        for (const ask of [h3, h2]) {
          const names = new Set<string>();
          for (let i = 0; i < 4; i++) names.add(await ask({ host: "sticky", path: `/${i}` }));
          expect(names.size).toBe(1);
          for (const name of names) chosen.add(name);
        }
        chosen.add(await h1({ host: "sticky" }));
      });
    }
    expect(chosen.size).toBe(NAMES.length);
  });

  test("keeps it also while many of its requests are in flight", async () => {
    await overAllVersions(async ({ h3 }) => {
      const names = await Promise.all(Array.from({ length: 16 }, () => h3({ host: "sticky", path: "/slow" })));
      expect(new Set(names).size).toBe(1);
    });
  });

  test("goes by a key where a request has it", async () => {
    const token = { host: "token", headers: { authorization: "Bearer abc" } };
    const names = new Set<string>();
    for (let connection = 0; connection < 6; connection++) {
      await overAllVersions(async (asks) => {
        for (const ask of Object.values(asks)) names.add(await ask(token));
      });
    }
    expect(names.size).toBe(1);
  });
});

test("a module of the user's own without a key gets none", async () => {
  await overAllVersions(async ({ h3, h2 }) => {
    const names = new Set<string>();
    for (let i = 0; i < 6; i++) for (const ask of [h3, h2]) names.add(await ask({ host: "keyless", path: `/${i}` }));
    expect(names.size).toBe(1);
  });
});

test("latency-aware finds out about every backend, and then uses them all", async () => {
  await overAllVersions(async ({ h3, h2 }) => {
    const first = new Set<string>();
    for (let i = 0; i < 4; i++) first.add(await h3({ host: "latency" }));
    expect(first.size).toBe(NAMES.length);
    const later = new Set<string>();
    for (let i = 0; i < 80; i++) later.add(await h2({ host: "latency" }));
    expect(later.size).toBeGreaterThan(1);
  });
});
