import { createHash } from "node:crypto";
import type { ConfigValue } from "../../src/config/model.ts";
import { createFilterChain } from "../../src/filter/chain/filter-chain.ts";
import { loadFilter } from "../../src/filter/chain/load-filter.ts";
import { HeaderList } from "../../src/http/header-list.ts";
import { createTestHost, createTestServices, testFilterConfig, type TestHost } from "../../test/support/filter-host.ts";
import type { Benchmark } from "./measure.ts";
import { browserFields, RESPONSE_FIELDS } from "./typical-request.ts";

const secret = `{SHA256}${createHash("sha256").update("secret").digest("base64")}`;
const credentials = `Basic ${Buffer.from("ann:secret").toString("base64")}`;

/** Each filter that ships with a usual config, which lets the request through. */
const CONFIGS: Readonly<Record<string, ConfigValue>> = {
  "path-rewrite": {
    rules: [
      { match: "/a/{b}", redirect: "/b" },
      { prefix: "/cart", rewrite: "/basket" },
    ],
  },
  cors: { allow_origins: ["https://admin.example", "https://*.shop.example"], allow_credentials: true },
  "basic-auth": { users: [`bob:${secret}`, `ann:${secret}`] },
  "key-auth": {
    keys: [
      { name: "a", key: secret },
      { name: "b", key: secret },
    ],
  },
  "ip-allow-deny": { allow: ["10.0.0.0/8", "2001:db8::/32", "192.0.2.0/24"], deny: ["192.0.2.128/25"] },
  "request-id": {},
  "security-headers": {},
  "maintenance-page": { bypass: { addresses: ["192.0.2.0/24"] } },
  "canary-split": { percent: 5, path_prefix: "/canary", cookie: "side" },
  "ab-test": { experiment: "a", variants: { a: 1, b: 1 } },
  "response-cache-control": {
    rules: [
      { path_prefix: "/assets/", value: "immutable" },
      { content_type: "text/html", value: "no-cache", keep_own: false },
    ],
  },
};

const FIELDS: readonly string[] = [
  ...browserFields(),
  ...["origin", "https://www.shop.example", "authorization", credentials, "x-api-key", "secret"],
];

/** One request and its answer through each of the filters that ship, and what making the heads costs of that. */
export async function shippedFilterBenchmarks(): Promise<Benchmark[]> {
  const benchmarks: Benchmark[] = [{ name: "shipped filters: making the two heads", run: createHost }];
  for (const [builtin, config] of Object.entries(CONFIGS)) {
    const filter = await loadFilter(testFilterConfig({ builtin }, config), createTestServices());
    const chain = createFilterChain([filter]);
    benchmarks.push({
      name: `shipped filters: ${builtin}, with the heads`,
      run: () => {
        const host = createHost();
        const stream = chain.open(host);
        if (stream?.onRequestHeaders(true) !== "continue") throw new Error(`${builtin} stopped the request`);
        if (stream.onResponseHeaders(true) !== "continue") throw new Error(`${builtin} stopped the response`);
        stream.close();
        return host;
      },
    });
  }
  return benchmarks;
}

function createHost(): TestHost {
  const host = createTestHost(FIELDS.slice());
  host.response = { status: 200, headers: new HeaderList(RESPONSE_FIELDS.slice()) };
  return host;
}
