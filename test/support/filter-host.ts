/**
 * Requests and configs for the tests of filters, and loggers that remember.
 * @module
 */
import type { ConfigValue, FilterConfig } from "../../src/config/model.ts";
import { createForwardedClient } from "../../src/http/forwarded.ts";
import { HeaderList } from "../../src/http/header-list.ts";
import type { LogFields, LogLevel, Logger } from "../../src/observe/log.ts";
import type { FilterHost, FilterVerdict } from "../../src/filter/chain.ts";
import type { FilterServices } from "../../src/filter/proxy-wasm/filter-plugin.ts";
import { MetricStore } from "../../src/filter/proxy-wasm/metric-store.ts";
import { SharedDataStore } from "../../src/filter/proxy-wasm/shared-data-store.ts";

/** A host whose response can be put there, and that remembers how it was told to go on. */
export interface TestHost extends FilterHost {
  response: FilterHost["response"];
  readonly resumed: FilterVerdict[];
}

export function createTestHost(requestFields: string[] = [], responseFields: string[] = []): TestHost {
  return {
    connection: {
      id: 7,
      stickyKey: 77,
      version: "HTTP/3",
      clientAddress: "192.0.2.7",
      clientPort: 51234,
      localAddress: "192.0.2.1",
      localPort: 9889,
      serverName: "shop.example",
      forwarded: createForwardedClient("192.0.2.7", "https", "HTTP/3"),
    },
    request: {
      method: "GET",
      scheme: "https",
      authority: "shop.example",
      path: "/cart?item=1",
      headers: new HeaderList(requestFields),
    },
    response: { status: 200, headers: new HeaderList(responseFields) },
    requestId: "0f8fad5b-d9cb-469f-a165-70867728950e",
    startedAtMs: 1_700_000_000_123,
    upstreamName: "shop",
    resumed: [],
    resume(verdict): void {
      this.resumed.push(verdict);
    },
    interrupt(_stream, verdict): void {
      this.resumed.push(verdict);
    },
  };
}

export interface LoggedLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

export interface TestServices extends FilterServices {
  readonly lines: LoggedLine[];
}

/** Services whose logger keeps every line at `info` and above. */
export function createTestServices(): TestServices {
  const lines: LoggedLine[] = [];
  const logger: Logger = {
    isEnabled: (level) => level !== "trace" && level !== "debug",
    log: (level, message, fields = {}) => void lines.push({ level, message, fields }),
  };
  return {
    logger,
    metrics: new MetricStore(),
    sharedData: new SharedDataStore(),
    events: { filterCalled() {}, filterFailed() {}, filterRebuilt() {}, filterStateChanged() {} },
    callouts: { hasUpstream: () => false, start: () => () => {} },
    lines,
  };
}

export function testFilterConfig(
  source: { readonly builtin: string } | { readonly file: string },
  config?: ConfigValue,
  limits: Partial<FilterConfig["limits"]> = {},
): FilterConfig {
  return {
    name: "under-test",
    ...source,
    config,
    upstreams: [],
    root_id: "",
    on_failure: "reload",
    limits: { memory_bytes: 16 << 20, deadline_ms: 50, start_ms: 5000, log_lines_per_second: 1000, ...limits },
  };
}
