import type { FilterChain, FilterHost } from "../../src/filter/chain.ts";
import { createFilterChain } from "../../src/filter/chain/filter-chain.ts";
import { loadFilter } from "../../src/filter/chain/load-filter.ts";
import { MetricStore } from "../../src/filter/proxy-wasm/metric-store.ts";
import { SharedDataStore } from "../../src/filter/proxy-wasm/shared-data-store.ts";
import { createForwardedClient } from "../../src/http/forwarded.ts";
import { HeaderList } from "../../src/http/header-list.ts";
import type { Benchmark } from "./measure.ts";
import { BROWSER_HEAD, browserFields, RESPONSE_FIELDS } from "./typical-request.ts";

/** The header-rewrite filter, as the demo configures it, on a browser's request and its answer. */
export async function headerFilterBenchmarks(): Promise<Benchmark[]> {
  const chain = createFilterChain([
    await loadFilter(
      {
        name: "header-rewrite",
        builtin: "header-rewrite",
        config: {
          request: { set: { "x-spooky-client": "${client_address} over ${protocol}" }, remove: ["x-powered-by"] },
          response: { set: { "x-spooky-request-id": "${request_id}", "x-spooky-upstream": "${upstream}" } },
        },
        root_id: "",
        on_failure: "reload",
        upstreams: [],
        limits: { memory_bytes: 64 << 20, deadline_ms: 50, start_ms: 5000, log_lines_per_second: 1000 },
      },
      {
        logger: { isEnabled: () => false, log: () => {} },
        metrics: new MetricStore(),
        sharedData: new SharedDataStore(),
        events: { filterCalled() {}, filterFailed() {}, filterRebuilt() {}, filterStateChanged() {} },
        callouts: { hasUpstream: () => false, start: () => () => {} },
      },
    ),
  ]);
  return [
    { name: "header filter, request and response", run: () => pass(chain) },
    { name: "  of that: making the two heads", run: () => createHost() },
  ];
}

function pass(chain: FilterChain): FilterHost {
  const host = createHost();
  const stream = chain.open(host);
  if (stream?.onRequestHeaders(true) !== "continue") throw new Error("the filter held or refused the request");
  if (stream.onResponseHeaders(true) !== "continue") throw new Error("the filter held or refused the response");
  stream.close();
  if (host.response?.headers.get("x-spooky-upstream") !== "shop") throw new Error("the filter did nothing");
  return host;
}

const FIELDS: readonly string[] = browserFields();
const CONNECTION: FilterHost["connection"] = {
  id: 1,
  stickyKey: 11,
  version: "HTTP/3",
  clientAddress: "192.0.2.7",
  clientPort: 51234,
  localAddress: "192.0.2.1",
  localPort: 443,
  serverName: "www.shop.example",
  forwarded: createForwardedClient("192.0.2.7", "https", "HTTP/3"),
};

function createHost(): FilterHost {
  return {
    connection: CONNECTION,
    request: {
      method: "GET",
      scheme: "https",
      authority: "www.shop.example",
      path: BROWSER_HEAD[":path"] ?? "/",
      headers: new HeaderList(FIELDS.slice()),
    },
    response: { status: 200, headers: new HeaderList(RESPONSE_FIELDS.slice()) },
    requestId: "0f8fad5b-d9cb-469f-a165-70867728950e",
    startedAtMs: 1_700_000_000_123,
    upstreamName: "shop",
    resume: () => {},
    interrupt: () => {},
  };
}
