import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { SpookyError } from "../src/errors/spooky-error.ts";
import { createFilterChain } from "../src/filter/chain/filter-chain.ts";
import { loadFilterChain } from "../src/filter/chain/load-filter-chain.ts";
import { loadFilter } from "../src/filter/chain/load-filter.ts";
import type { FilterChain, FilterStream } from "../src/filter/chain.ts";
import {
  createTestHost,
  createTestServices,
  type TestHost,
  type TestServices,
  testFilterConfig,
} from "./support/filter-host.ts";
import { buildFilterModule, type FilterModuleFile } from "./support/filter-module.ts";

let module: FilterModuleFile;
let services: TestServices;
let chain: FilterChain;

beforeAll(async () => {
  module = await buildFilterModule("polite-filter");
}, 60_000);
afterAll(() => module.remove());

beforeEach(async () => {
  chain?.dispose();
  services = createTestServices();
  chain = createFilterChain([await loadFilter(testFilterConfig({ file: module.file }, { a: [1, true] }), services)]);
});

function open(mode: string, ...fields: string[]): { host: TestHost; stream: FilterStream } {
  const host = createTestHost(["x-mode", mode, ...fields], ["server", "y"]);
  const stream = chain.open(host);
  if (stream === undefined) throw new Error("the chain did not open");
  return { host, stream };
}

const logged = (start: string): string[] =>
  services.lines.map(({ message }) => message).filter((message) => message.startsWith(start));

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 100 && !condition(); i++) await Bun.sleep(10);
  expect(condition()).toBe(true);
}

describe("a filter with contexts", () => {
  test("is configured with the JSON of its config", () => {
    expect(logged("config")).toEqual(['config {"a":[1,true]}']);
  });

  test("sees both heads in the same context, with their counts and the end of the stream", () => {
    const { host, stream } = open("none");
    expect(stream.onRequestHeaders(false)).toBe("continue");
    expect(stream.onResponseHeaders(false)).toBe("continue");
    expect(host.request.headers.get("x-end")).toBe("no");
    // Pseudo-headers count: four of a request, one of a response.
    expect(host.response?.headers.get("x-counts")).toBe("5 2");
    stream.close();
    expect(logged("log")).toEqual(["log none 200"]);
  });

  test("is given headers as they came, pseudo-headers first", () => {
    const { host, stream } = open("list", "cookie", "a=1", "cookie", "b=2", "x-empty", "");
    stream.onRequestHeaders(true);
    stream.close();
    expect(host.request.headers.get("x-list")).toBe(
      ":method=GET;:scheme=https;:authority=shop.example;:path=/cart?item=1;" +
        "x-mode=list;cookie=a=1;cookie=b=2;x-empty=;",
    );
  });

  test("reads properties in Envoy's encoding", () => {
    const { host, stream } = open("properties", "user-agent", "curl");
    const before = Date.now();
    stream.onRequestHeaders(true);
    stream.close();
    const { headers } = host.request;
    expect(headers.get("x-address")).toBe("192.0.2.7:51234");
    expect(headers.get("x-port")).toBe("51234");
    expect(headers.get("x-query")).toBe("item=1");
    expect(headers.get("x-agent")).toBe("curl");
    expect(headers.get("x-name")).toBe("under-test");
    expect(headers.get("x-cluster")).toBe("shop");
    expect(headers.get("x-none")).toBe("(none)");
    expect(headers.get("x-code")).toBe("-1");
    expect(headers.get("x-time")).toBe("1700000000123000000");
    expect(headers.get("x-debug-logged")).toBe("false");
    const nowMs = Number(BigInt(headers.get("x-now") ?? "0") / 1_000_000n);
    expect(nowMs).toBeGreaterThanOrEqual(before - 50);
    expect(nowMs).toBeLessThanOrEqual(Date.now() + 50);
  });

  test("shares data and metrics over requests", () => {
    for (const expected of ["1 0 8", "2 0 8", "3 0 8"]) {
      const { host, stream } = open("shared");
      stream.onRequestHeaders(true);
      stream.close();
      expect(host.request.headers.get("x-shared")).toBe(expected);
    }
    expect(services.metrics.all()).toMatchObject([
      { filter: "under-test", name: "requests", type: "counter", value: 3 },
      { filter: "under-test", name: "header_count", type: "histogram", count: 3, sum: 15 },
    ]);
  });

  test("sets properties that filters after it read, and later requests do not", async () => {
    const second = await loadFilter({ ...testFilterConfig({ file: module.file }), name: "second" }, services);
    const first = await loadFilter(testFilterConfig({ file: module.file }), services);
    const pair = createFilterChain([first, second]);
    for (let i = 0; i < 2; i++) {
      const host = createTestHost(["x-mode", "mark"]);
      const stream = pair.open(host);
      stream?.onRequestHeaders(true);
      stream?.close();
      expect(host.request.headers.getAll("x-mark")).toEqual(["(none)", "seen"]);
    }
    pair.dispose();
  });
});

describe("a reply of a filter", () => {
  test("passes the response side of the filter that sent it", () => {
    const { stream } = open("reply");
    expect(stream.onRequestHeaders(true)).toBe("reply");
    expect(stream.localReply?.head.status).toBe(403);
    expect(stream.localReply?.head.headers.fields).toEqual([
      "x-reason",
      "test",
      "content-type",
      "text/plain",
      "content-length",
      "3",
      "x-counts",
      "5 4",
    ]);
    expect(new TextDecoder().decode(stream.localReply?.body)).toBe("no\n");
    expect(stream.localReply?.details).toBe("refused by test");
    stream.close();
    expect(logged("log")).toEqual(["log reply 403"]);
  });

  test("is not sent through the filters a second time when asked to", () => {
    const { stream } = open("reply");
    stream.onRequestHeaders(true);
    expect(stream.onResponseHeaders(true)).toBe("reply");
    expect(stream.localReply?.head.headers.getAll("x-counts")).toEqual(["5 4"]);
    stream.close();
  });

  test("skips filters that the request has not reached, and passes those before", async () => {
    const loaded = await Promise.all(
      ["a", "b", "c"].map((name) => loadFilter({ ...testFilterConfig({ file: module.file }), name }, services)),
    );
    const three = createFilterChain(loaded);
    const host = createTestHost(["x-mode", "none"]);
    const stream = three.open(host);
    expect(stream?.onRequestHeaders(true)).toBe("continue");
    stream?.onResponseHeaders(true);
    expect(host.response?.headers.getAll("x-counts")).toHaveLength(3);
    stream?.close();
    const replied = three.open(createTestHost(["x-mode", "reply"]));
    expect(replied?.onRequestHeaders(true)).toBe("reply");
    expect(replied?.localReply?.head.headers.getAll("x-counts")).toHaveLength(1);
    replied?.close();
    three.dispose();
  });

  test("takes the place of the response when it comes late", () => {
    const { stream } = open("late-reply");
    stream.onRequestHeaders(true);
    expect(stream.onResponseHeaders(false)).toBe("reply");
    expect(stream.localReply?.head.status).toBe(502);
    stream.close();
  });

  test("is refused when its status is not final", () => {
    const { host, stream } = open("bad-reply");
    expect(stream.onRequestHeaders(true)).toBe("continue");
    expect(host.request.headers.get("x-status")).toBe("2");
    stream.close();
  });
});

describe("a held request", () => {
  test("goes on when a tick lets it, through the rest of the chain", async () => {
    const { host, stream } = open("hold");
    expect(stream.onRequestHeaders(true)).toBe("pause");
    expect(host.resumed).toEqual([]);
    await until(() => host.resumed.length > 0);
    expect(host.resumed).toEqual(["continue"]);
    expect(host.request.headers.get("x-released")).toBe("by tick");
    expect(stream.failure).toBeUndefined();
    expect(stream.onRequestHeaders(true)).toBe("continue");
    stream.close();
  });

  test("can be answered by a tick", async () => {
    const { host, stream } = open("hold-reply");
    expect(stream.onRequestHeaders(true)).toBe("pause");
    await until(() => host.resumed.length > 0);
    expect(host.resumed).toEqual(["reply"]);
    expect(stream.localReply?.head.status).toBe(429);
    stream.close();
  });

  test("that is closed meanwhile is left alone", async () => {
    const { host, stream } = open("hold");
    stream.onRequestHeaders(true);
    stream.close();
    await Bun.sleep(40);
    expect(host.resumed).toEqual([]);
  });
});

test("a list of filters of which one cannot be loaded leaves none running", async () => {
  const good = testFilterConfig({ file: module.file });
  const configs = [good, { ...good, name: "broken", file: `${module.file}.not` }];
  const error: unknown = await loadFilterChain(configs, services).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(SpookyError);
  // The good one logs when its root context ends.
  expect(logged("root ended")).toEqual(["root ended"]);
});

test("a context that is not done yet is ended when the filter says so", async () => {
  const { stream } = open("undone");
  stream.onRequestHeaders(true);
  stream.close();
  expect(logged("log")).toEqual([]);
  await until(() => logged("log").length === 1);
  expect(logged("log")).toEqual(["log undone (none)"]);
});

test("a chain that is disposed serves the requests that it has", () => {
  const { host, stream } = open("none");
  stream.onRequestHeaders(true);
  chain.dispose();
  expect(stream.onResponseHeaders(true)).toBe("continue");
  expect(host.response?.headers.get("x-counts")).toBe("5 2");
  stream.close();
  expect(logged("log none")).toEqual(["log none 200"]);
  expect(services.lines.filter(({ level }) => level === "error")).toEqual([]);
});
