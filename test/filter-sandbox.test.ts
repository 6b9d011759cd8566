import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { SpookyError } from "../src/errors/spooky-error.ts";
import { createFilterChain } from "../src/filter/chain/filter-chain.ts";
import { loadFilter } from "../src/filter/chain/load-filter.ts";
import type { LoadedFilter } from "../src/filter/chain/loaded-filter.ts";
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
let filter: LoadedFilter;
let chain: FilterChain;

beforeAll(async () => {
  module = await buildFilterModule("hostile-filter");
}, 60_000);
afterAll(() => module.remove());

beforeEach(async () => {
  chain?.dispose();
  services = createTestServices();
  filter = await loadFilter(testFilterConfig({ file: module.file }, undefined, { deadline_ms: 20 }), services);
  chain = createFilterChain([filter]);
});

function open(mode: string, ...fields: string[]): { host: TestHost; stream: FilterStream } {
  const host = createTestHost(["x-mode", mode, ...fields], ["server", "y"]);
  const stream = chain.open(host);
  if (stream === undefined) throw new Error("the chain did not open");
  return { host, stream };
}

function run(mode: string, ...fields: string[]): { host: TestHost; verdict: string; failure: string | undefined } {
  const { host, stream } = open(mode, ...fields);
  const verdict = stream.onRequestHeaders(true);
  const failure = stream.failure?.code;
  stream.close();
  return { host, verdict, failure };
}

describe("a filter that fails in a callback", () => {
  test.each([
    ["loops for ever", "loop", /ran longer than 20 ms/],
    ["recurses for ever", "recurse", /stack overflow|ran longer/],
    ["has the host work for ever", "copy", /ran longer than 20 ms/],
    ["traps", "trap", /Unreachable/],
    ["aborts", "abort", /abort: no such luck/],
  ])("that %s fails that request, is reported, and serves the next from a new instance", (_name, mode, error) => {
    expect(run("none").host.request.headers.get("x-served")).toBe("1");
    expect(run("none").host.request.headers.get("x-served")).toBe("2");
    const startedAt = performance.now();
    expect(run(mode)).toMatchObject({ verdict: "fail", failure: "SPK_FILTER_FAILED" });
    expect(performance.now() - startedAt).toBeLessThan(500);
    const report = services.lines.find(({ message }) => message === "a filter failed");
    expect(report?.fields["callback"]).toBe("on_request_headers");
    expect(report?.fields["request_id"]).toBe("0f8fad5b-d9cb-469f-a165-70867728950e");
    expect(report?.fields["filter"]).toBe("under-test");
    expect(String(report?.fields["error"])).toMatch(error);
    const next = run("none");
    expect(next.verdict).toBe("continue");
    expect(next.host.request.headers.get("x-served")).toBe("1");
    expect(filter.failureCount).toBe(1);
  });

  test("is reported with the last lines that it logged", () => {
    run("trap");
    const report = services.lines.find(({ message }) => message === "a filter failed");
    expect(report?.fields["last_lines"]).toBe("about to trap");
  });

  test("fails requests that it still holds, and closes without calling into the dead instance", () => {
    const { stream } = open("none");
    expect(stream.onRequestHeaders(true)).toBe("continue");
    expect(run("trap").verdict).toBe("fail");
    expect(stream.onResponseHeaders(true)).toBe("fail");
    stream.close();
    expect(services.lines.filter(({ message }) => message === "a filter failed")).toHaveLength(1);
  });

  test("fails the response when it fails there", () => {
    const { stream } = open("response-trap");
    expect(stream.onRequestHeaders(true)).toBe("continue");
    expect(stream.onResponseHeaders(true)).toBe("fail");
    expect(stream.failure?.status).toBe(503);
    stream.close();
  });

  test("is held back when it keeps failing, and let go again after a success", async () => {
    for (let i = 0; i < 8; i++) run("trap");
    const failures = filter.failureCount;
    expect(failures).toBeLessThan(8);
    expect(run("none").verdict).toBe("fail");
    expect(filter.failureCount).toBe(failures);
    await Bun.sleep(200);
    expect(run("none").verdict).toBe("continue");
    expect(run("trap").verdict).toBe("fail");
    expect(run("none").verdict).toBe("continue");
  });
});

describe("a filter that takes too much", () => {
  test("stops growing at its memory limit and goes on", () => {
    expect(run("grow").verdict).toBe("continue");
  });

  test("has its log lines dropped above a thousand in a second, and is told on for it", async () => {
    run("log");
    const lines = services.lines.filter(({ message }) => message === "line").length;
    expect(lines).toBe(1000);
    await Bun.sleep(1050);
    run("log");
    expect(services.lines.some(({ fields }) => fields["dropped_lines"] === 4000)).toBe(true);
  });

  test("that writes headers without end gets its request refused", () => {
    const { host, verdict } = run("flood");
    expect(verdict).toBe("fail");
    expect(host.request.headers.count).toBeLessThanOrEqual(1024);
    expect(services.lines.some(({ fields }) => fields["code"] === "SPK_REQUEST_TOO_MANY_HEADERS")).toBe(true);
  });
});

describe("what a filter passes", () => {
  test("is refused with status 6 when it does not lie in its memory", () => {
    const { host, verdict } = run("pointers");
    expect(verdict).toBe("continue");
    for (const name of ["x-key", "x-out", "x-wrap", "x-value", "x-pairs", "x-log", "x-reply"]) {
      expect([name, host.request.headers.get(name)]).toEqual([name, "6"]);
    }
  });

  test("is refused with status 2 when no header may be so", () => {
    const { host, verdict } = run("headers");
    expect(verdict).toBe("continue");
    const reports = ["x-value-crlf", "x-value-nul", "x-name-space", "x-name-empty", "x-name-crlf", "x-pseudo"];
    for (const name of [...reports, "x-connection", "x-transfer", "x-no-map"]) {
      expect([name, host.request.headers.get(name)]).toEqual([name, "2"]);
    }
    expect(host.request.headers.has("x-injected")).toBe(false);
    expect(host.request.headers.has("x-a")).toBe(false);
    expect(host.request.headers.has("connection")).toBe(false);
  });

  test("cannot name a context that is not there", () => {
    expect(run("context").host.request.headers.get("x-context")).toBe("2");
  });

  test.each(["length", "path", "authority"])("fails the request when the head may not go on so: %s", (mode) => {
    const { verdict } = run(mode);
    expect(verdict).toBe("fail");
    expect(services.lines.some(({ message }) => message === "a filter wrote a head that may not go on")).toBe(true);
    // The instance is as good as before.
    expect(filter.failureCount).toBe(0);
    expect(run("none").host.request.headers.get("x-served")).toBe("2");
  });

  test("is put into canonical form where it is a path", () => {
    expect(run("normal-path").host.request.path).toBe("/b");
  });

  test("changes nothing when it comes too late", () => {
    const { host, stream } = open("late-write");
    stream.onRequestHeaders(true);
    expect(stream.onResponseHeaders(true)).toBe("continue");
    expect(host.request.headers.has("x-late")).toBe(false);
    stream.close();
  });

  test("is no status that a response cannot have", () => {
    const { host, stream } = open("status");
    stream.onRequestHeaders(true);
    expect(stream.onResponseHeaders(true)).toBe("continue");
    expect(host.response?.status).toBe(200);
    stream.close();
  });

  test("holds the message when it is an action that is not known", () => {
    expect(run("strange-action").verdict).toBe("pause");
    expect(run("pause").verdict).toBe("pause");
  });
});

describe("loading", () => {
  async function refusal(config: Parameters<typeof loadFilter>[0]): Promise<SpookyError> {
    const error: unknown = await loadFilter(config, services).catch((caught: unknown) => caught);
    if (error instanceof SpookyError) return error;
    throw new Error("the filter was loaded");
  }

  test("fails when the filter runs too long over its configuration", async () => {
    const startedAt = performance.now();
    const error = await refusal(testFilterConfig({ file: module.file }, "loop", { start_ms: 50 }));
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(error.code).toBe("SPK_MODULE_START_FAILED");
    expect(error.detail).toMatch(/under-test.*on_configure.*ran longer than 50 ms/);
  });

  test("fails when the filter traps over its configuration", async () => {
    const error = await refusal(testFilterConfig({ file: module.file }, "trap"));
    expect(error.code).toBe("SPK_MODULE_START_FAILED");
  });

  test("fails with the filter's own words when it refuses its configuration", async () => {
    const error = await refusal(testFilterConfig({ file: module.file }, "refuse"));
    expect(error.code).toBe("SPK_MODULE_CONFIG_REFUSED");
    expect(error.detail).toContain("I do not like it");
  });

  test("fails when the module needs more memory than it may have", async () => {
    const error = await refusal(testFilterConfig({ file: module.file }, undefined, { memory_bytes: 0 }));
    expect(error.code).toBe("SPK_MODULE_MEMORY_EXCEEDED");
    expect(error.detail).toContain("under-test");
  });

  test("holds a module to its hash", async () => {
    const config = testFilterConfig({ file: module.file });
    const error = await refusal({ ...config, sha256: "0".repeat(64) });
    expect(error.code).toBe("SPK_MODULE_HASH_MISMATCH");
    const sha256 = /has sha256 ([0-9a-f]{64})/.exec(error.detail)?.[1] ?? "";
    createFilterChain([await loadFilter({ ...config, sha256 }, services)]).dispose();
  });

  test("fails for a file that is not there, or is no module", async () => {
    expect((await refusal(testFilterConfig({ file: `${module.file}.not` }))).code).toBe("SPK_MODULE_MISSING");
    expect((await refusal(testFilterConfig({ file: import.meta.path }))).code).toBe("SPK_MODULE_INVALID");
  });

  test("fails for a module of another ABI", async () => {
    const error = await refusal(testFilterConfig({ builtin: "router" }));
    expect(error.code).toBe("SPK_MODULE_ABI_WRONG");
    expect(error.detail).toContain("proxy_abi_version");
  });
});
