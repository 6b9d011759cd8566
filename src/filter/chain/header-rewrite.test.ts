import { afterAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  createTestHost,
  createTestServices,
  type TestHost,
  testFilterConfig,
} from "../../../test/support/filter-host.ts";
import type { ConfigValue } from "../../config/model.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import { checkRequestHead } from "../../http/head-check.ts";
import { createFilterChain } from "./filter-chain.ts";
import { applyRules, type HeaderRules, type MessageRules } from "../../../test/support/header-rewrite-model.ts";
import { loadFilter } from "./load-filter.ts";

const services = createTestServices();

/** Runs the built filter over both heads of a host. */
async function rewrite(config: ConfigValue, host: TestHost): Promise<string> {
  const chain = createFilterChain([
    await loadFilter(testFilterConfig({ builtin: "header-rewrite" }, config), services),
  ]);
  try {
    const stream = chain.open(host);
    const verdicts = `${stream?.onRequestHeaders(true)} ${stream?.onResponseHeaders(true)}`;
    stream?.close();
    return verdicts;
  } finally {
    chain.dispose();
  }
}

async function requestFields(rules: ConfigValue, ...fields: string[]): Promise<string[]> {
  const host = createTestHost(fields);
  expect(await rewrite({ request: rules }, host)).toBe("continue continue");
  return host.request.headers.fields;
}

async function refusal(config: ConfigValue | undefined): Promise<string> {
  const error: unknown = await loadFilter(testFilterConfig({ builtin: "header-rewrite" }, config), services).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof SpookyError)) throw new Error("the config was accepted");
  expect(error.code).toBe("SPK_MODULE_CONFIG_REFUSED");
  return error.detail;
}

afterAll(() => {
  expect(services.lines.filter(({ message }) => message === "a filter failed")).toEqual([]);
});

describe("header-rewrite", () => {
  test("sets, appends, removes and renames, in the order remove, rename, set, append", async () => {
    const rules = {
      append: { "x-a": "3", "X-List": ["1", "2"] },
      set: { "x-a": "2", "x-b": "new" },
      rename: { "x-old": "x-b" },
      remove: ["x-gone", "X-Absent"],
    };
    expect(await requestFields(rules, "x-gone", "1", "x-a", "1", "x-old", "o", "x-gone", "2")).toEqual([
      "x-a",
      "2",
      "x-b",
      "new",
      "x-a",
      "3",
      "x-list",
      "1",
      "x-list",
      "2",
    ]);
  });

  test("keeps fields apart that it renames, and removes those that had the name", async () => {
    const fields = ["cookie", "a=1", "x-b", "old", "cookie", "b=2", "x-y", "1, 2", "x-y", "3"];
    const rules = { rename: { cookie: "x-b", "x-y": "x-z", "x-absent": "x-never" } };
    expect(await requestFields(rules, ...fields)).toEqual(["x-b", "a=1", "x-b", "b=2", "x-z", "1, 2", "x-z", "3"]);
  });

  test("knows its variables", async () => {
    const set: Record<string, string> = {};
    const names = ["client_address", "client_port", "request_id", "host", "path", "query", "method", "scheme"];
    for (const name of [...names, "protocol", "upstream", "route"]) set[`x-${name}`] = `<\${${name}}>`;
    const host = createTestHost(["user-agent", "curl"], ["server", "demo"]);
    const config = {
      request: { set: { ...set, "x-header": "${header:User-Agent}", "x-missing": "[${header:x-none}]" } },
      response: {
        set: { "x-status": "${status}", "x-agent": "${request_header:user-agent}", "x-was": "${header:server}" },
      },
    };
    await rewrite(config, host);
    const value = (name: string): string | undefined => host.request.headers.get(name);
    expect(Object.keys(set).map(value)).toEqual([
      "<192.0.2.7>",
      "<51234>",
      "<0f8fad5b-d9cb-469f-a165-70867728950e>",
      "<shop.example>",
      "</cart>",
      "<item=1>",
      "<GET>",
      "<https>",
      "<HTTP/3>",
      "<shop>",
      "<shop>",
    ]);
    expect(value("x-header")).toBe("curl");
    expect(value("x-missing")).toBe("[]");
    expect(host.response?.headers.fields).toEqual([
      "server",
      "demo",
      "x-status",
      "200",
      "x-agent",
      "curl",
      "x-was",
      "demo",
    ]);
  });

  test("gives IPv6 addresses without brackets", async () => {
    const host = createTestHost();
    const connection = { ...host.connection, clientAddress: "2001:db8::7" };
    await rewrite({ request: { set: { "x-ip": "${client_address}" } } }, { ...host, connection });
    expect(host.request.headers.get("x-ip")).toBe("2001:db8::7");
  });

  test("writes authority and path where it is told to, in canonical form", async () => {
    const host = createTestHost();
    const verdict = await rewrite(
      { request: { set: { ":authority": "Inner.Example", ":path": "/v2/../v3${path}" } } },
      host,
    );
    expect(verdict).toBe("continue continue");
    expect(host.request.authority).toBe("inner.example");
    expect(host.request.path).toBe("/v3/cart");
  });

  test("fails a request closed whose path it would make invalid", async () => {
    const host = createTestHost();
    expect(await rewrite({ request: { set: { ":path": "${header:x-none}" } } }, host)).toStartWith("fail");
  });

  test("answers 500 when a value becomes longer than any header may be", async () => {
    const part = "${header:x-long}".repeat(6);
    const host = createTestHost(["x-long", "v".repeat(15_000)]);
    expect(await rewrite({ request: { set: { "x-longer": part } } }, host)).toBe("reply reply");
    expect(host.request.headers.has("x-longer")).toBe(false);
  });

  test("takes numbers and booleans as text, and escapes", async () => {
    const rules = { set: { "x-n": 12, "x-t": true, "x-e": "$${path} costs $5", "x-u": 'é "q"', "x-none": "" } };
    expect(await requestFields(rules)).toEqual([
      "x-n",
      "12",
      "x-t",
      "true",
      "x-e",
      "${path} costs $5",
      "x-u",
      'Ã© "q"',
      "x-none",
      "",
    ]);
  });

  test.each<[string, ConfigValue | undefined, string]>([
    ["no config", undefined, "a config with request or response is needed"],
    ["another side", { requests: {} }, "requests: unknown key"],
    ["another kind", { request: { add: {} } }, "request.add: unknown key"],
    ["an unknown variable", { request: { set: { "x-a": "${client_adress}" } } }, "unknown variable ${client_adress}"],
    ["a variable without an end", { request: { set: { "x-a": "${path" } } }, "${ without }"],
    ["the status of no response", { request: { set: { "x-a": "${status}" } } }, "in responses only"],
    ["a name that is none", { response: { append: { "x a": "1" } } }, 'response.append: "x a" is not a header name'],
    ["a field of the proxy's", { request: { set: { "Content-Length": "1" } } }, "in charge of content-length"],
    ["a pseudo-header to remove", { request: { remove: [":path"] } }, "pseudo-header :path"],
    ["the status to set", { response: { set: { ":status": "200" } } }, "pseudo-header :status"],
    ["host by its old name", { request: { set: { host: "a" } } }, "use set with :authority"],
    ["a line break", { request: { set: { "x-a": "1\r\nx-b: 2" } } }, "a control character"],
    ["a list to set", { request: { set: { "x-a": ["1"] } } }, "request.set.x-a: must be a text"],
    ["a map to remove", { request: { remove: { a: 1 } } }, "request.remove: must be a list"],
    ["a rename to itself", { request: { rename: { "x-a": "X-A" } } }, "renamed to itself"],
    ["a text", "{", "must be a map of request and response"],
  ])("refuses %s and says what is wrong", async (_name, config, message) => {
    expect(await refusal(config)).toContain(message);
  });

  test("does what its model does", async () => {
    await fc.assert(
      fc.asyncProperty(RULES, HEADERS, HEADERS, async (rules, requestHeaders, responseHeaders) => {
        const host = createTestHost(requestHeaders.flat(), responseHeaders.flat());
        const model = createTestHost(requestHeaders.flat(), responseHeaders.flat());
        expect(await rewrite(rules as unknown as ConfigValue, host)).toBe("continue continue");
        applyRules(rules, model);
        expect(host.request.headers.fields).toEqual(model.request.headers.fields);
        expect(host.response?.headers.fields).toEqual(model.response?.headers.fields ?? []);
        expect(checkRequestHead(host.request, -1)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});

const NAME = fc.constantFrom("x-a", "x-b", "x-c", "cookie", "set-cookie", "accept", "via");
const VALUE = fc.stringMatching(/^(?:[!-~é](?:[ -~é]{0,60}[!-~é])?)?$/);
const HEADERS = fc.array(fc.tuple(NAME, VALUE), { maxLength: 12 });
const TEMPLATE = fc
  .array(
    fc.oneof(
      fc.stringMatching(/^[a-z0-9,;= ]{1,40}$/),
      fc.constantFrom(
        "${client_address}",
        "${path}",
        "${header:x-a}",
        "${header:cookie}",
        "${request_header:x-b}",
        "${request_id}",
      ),
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(""));
const MESSAGE: fc.Arbitrary<MessageRules> = fc.record(
  {
    set: fc.dictionary(NAME, TEMPLATE, { maxKeys: 3 }),
    append: fc.dictionary(NAME, fc.oneof(TEMPLATE, fc.array(TEMPLATE, { maxLength: 2 })), { maxKeys: 3 }),
    remove: fc.array(NAME, { maxLength: 2 }),
    rename: fc
      .dictionary(NAME, NAME, { maxKeys: 2 })
      .map((renames) => Object.fromEntries(Object.entries(renames).filter(([from, to]) => from !== to))),
  },
  { requiredKeys: [] },
);
const RULES: fc.Arbitrary<HeaderRules> = fc.record({ request: MESSAGE, response: MESSAGE }, { requiredKeys: [] });
