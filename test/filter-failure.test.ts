import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { FilterConfig } from "../src/config/model.ts";
import type { BodyStep, FilterChain, FilterStream } from "../src/filter/chain.ts";
import { createFilterChain } from "../src/filter/chain/filter-chain.ts";
import { loadFilter } from "../src/filter/chain/load-filter.ts";
import type { LoadedFilter } from "../src/filter/chain/loaded-filter.ts";
import { FILTER_STATE } from "../src/observe/filter-state.ts";
import { createTestHost, createTestServices, type TestServices, testFilterConfig } from "./support/filter-host.ts";
import { buildFilterModule, type FilterModuleFile } from "./support/filter-module.ts";

let module: FilterModuleFile;
let services: TestServices;
let states: number[];
let rebuilds: number;
let chain: FilterChain;

beforeAll(async () => {
  module = await buildFilterModule("failing-filter");
}, 60_000);
afterAll(() => module.remove());
afterEach(() => chain.dispose());

async function load(...modes: FilterConfig["on_failure"][]): Promise<void> {
  states = [];
  rebuilds = 0;
  const plain = createTestServices();
  services = {
    ...plain,
    events: {
      ...plain.events,
      filterRebuilt: () => void rebuilds++,
      filterStateChanged: (index, state) => void (index === 0 && states.push(state)),
    },
  };
  const filters: LoadedFilter[] = [];
  for (const [index, on_failure] of modes.entries()) {
    const config = { ...testFilterConfig({ file: module.file }), name: `f${index}`, on_failure };
    filters.push(await loadFilter(config, services, index));
  }
  chain = createFilterChain(filters);
}

function open(...fields: string[]): { host: ReturnType<typeof createTestHost>; stream: FilterStream } {
  const host = createTestHost(fields, ["server", "y"]);
  const stream = chain.open(host);
  if (stream === undefined) throw new Error("the chain did not open");
  return { host, stream };
}

function run(...fields: string[]): { verdict: string; fields: readonly string[]; path: string; status: number } {
  const { host, stream } = open(...fields);
  let verdict = stream.onRequestHeaders(true);
  if (verdict === "continue") verdict = stream.onResponseHeaders(true);
  stream.close();
  return { verdict, fields: host.request.headers.fields, path: host.request.path, status: host.response?.status ?? 0 };
}

function messages(): string[] {
  return services.lines.map(({ message }) => message);
}

/** What comes out of a chain's body. */
function collector(): BodyStep & { text: string; isEnded: boolean } {
  return {
    text: "",
    isEnded: false,
    data(chunk): void {
      this.text += new TextDecoder().decode(chunk);
    },
    end(): void {
      this.isEnded = true;
    },
  };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("with on_failure: open", () => {
  test("a request goes on as if the filter were not there, and the next has it again", async () => {
    await load("open");
    expect(run("x-mode", "trap")).toEqual({
      verdict: "continue",
      fields: ["x-mode", "trap"],
      path: "/cart?item=1",
      status: 200,
    });
    expect(rebuilds).toBe(0);
    expect(run().fields).toEqual(["x-f0", "1"]);
    expect(rebuilds).toBe(1);
    expect(states).toEqual([FILTER_STATE.serving, FILTER_STATE.rebuilding, FILTER_STATE.serving]);
  });

  test("what other filters wrote stays", async () => {
    await load("reload", "open", "reload");
    expect(run("x-mode", "trap-f1").fields).toEqual(["x-mode", "trap-f1", "x-f0", "1", "x-f2", "1"]);
  });

  test("a reply that the failing callback made is none", async () => {
    await load("open");
    expect(run("x-mode", "reply-trap").verdict).toBe("continue");
  });

  test("a head that may not go on is undone too", async () => {
    await load("open");
    expect(run("x-mode", "bad-path")).toMatchObject({ verdict: "continue", path: "/cart?item=1" });
    expect(messages()).toEqual(["a filter wrote a head that may not go on"]);
  });

  test("a response goes on as it came", async () => {
    await load("open");
    expect(run("x-mode", "response-trap")).toMatchObject({ verdict: "continue", status: 200 });
  });

  test("a request that it holds goes on when the instance dies for another one", async () => {
    await load("open");
    const { host, stream } = open("x-mode", "pause");
    expect(stream.onRequestHeaders(true)).toBe("pause");
    run("x-mode", "trap");
    await Bun.sleep(1);
    expect(host.resumed).toEqual(["continue"]);
    expect(host.request.headers.fields).toEqual(["x-mode", "pause"]);
    stream.close();
  });

  test("a body that it holds goes on whole", async () => {
    await load("open");
    const { stream } = open("x-mode", "hold-trap");
    stream.onRequestHeaders(false);
    const output = collector();
    const input = stream.openRequestBody(output);
    input.data(bytes("one "));
    input.data(bytes("two "));
    expect(output.text).toBe("");
    input.data(bytes("trap"));
    input.data(bytes(" end"));
    input.end(undefined);
    expect(output).toMatchObject({ text: "one two trap end", isEnded: true });
    stream.close();
  });

  test("a body that it holds goes on when the instance dies for another request", async () => {
    await load("open");
    const { host, stream } = open("x-mode", "hold-trap");
    stream.onRequestHeaders(false);
    const output = collector();
    stream.openRequestBody(output).data(bytes("one "));
    run("x-mode", "trap");
    await Bun.sleep(1);
    expect(output.text).toBe("one ");
    expect(host.resumed).toEqual([]);
    stream.close();
  });

  test("a body that it has changed already fails", async () => {
    await load("open");
    const { host, stream } = open("x-mode", "change-trap");
    stream.onRequestHeaders(false);
    const output = collector();
    const input = stream.openRequestBody(output);
    input.data(bytes("one "));
    input.data(bytes("trap"));
    expect(output.text).toBe("ONE ");
    expect(host.resumed).toEqual(["fail"]);
    stream.close();
  });
});

describe("with on_failure: closed", () => {
  test("it stays failed, and says so once", async () => {
    await load("closed");
    expect(run().verdict).toBe("continue");
    expect(run("x-mode", "trap").verdict).toBe("fail");
    await Bun.sleep(30);
    for (let i = 0; i < 3; i++) expect(run().verdict).toBe("fail");
    expect(rebuilds).toBe(0);
    expect(states).toEqual([FILTER_STATE.serving, FILTER_STATE.failed]);
    expect(messages().filter((message) => message.includes("stays so"))).toHaveLength(1);
  });
});

describe("with on_failure: reload", () => {
  test("a request that the filter holds fails when the instance dies for another one", async () => {
    await load("reload");
    const { host, stream } = open("x-mode", "pause");
    expect(stream.onRequestHeaders(true)).toBe("pause");
    run("x-mode", "trap");
    await Bun.sleep(1);
    expect(host.resumed).toEqual(["fail"]);
    stream.close();
  });
});

describe("a filter that fails five times", () => {
  test.each([
    ["reload", "fail", "are refused"],
    ["open", "continue", "go on without it"],
  ] as const)("is not run for a second (%s), and comes back by itself", async (mode, verdict, consequence) => {
    await load(mode);
    for (let i = 0; i < 5; i++) {
      run("x-mode", "trap");
      expect(states.at(-1)).toBe(i < 4 ? FILTER_STATE.rebuilding : FILTER_STATE.quarantined);
      if (i < 4) expect(run()).toMatchObject({ verdict: "continue", fields: ["x-f0", "1"] });
    }
    for (let i = 0; i < 3; i++) expect(run()).toMatchObject({ verdict, fields: [] });
    expect(messages().filter((message) => message.includes("taken out"))).toEqual([
      `a filter failed too often and is taken out, its requests ${consequence}`,
    ]);
    await Bun.sleep(1050);
    expect(states.at(-1)).toBe(FILTER_STATE.rebuilding);
    expect(messages().at(-1)).toBe("a filter that was taken out gets requests again");
    expect(run()).toMatchObject({ verdict: "continue", fields: ["x-f0", "1"] });
    expect(states.at(-1)).toBe(FILTER_STATE.serving);
  });
});
