/**
 * A typical request and its answer, for looking at filters without a proxy around them.
 * @module
 */
import type { FilterHost, FilterStream } from "../chain.ts";
import type { ResponseHead } from "../../http/head.ts";
import { createForwardedClient } from "../../http/forwarded.ts";
import { HeaderList } from "../../http/header-list.ts";

/** A form that is posted. */
export const REQUEST_BODY: readonly Uint8Array[] = [new Uint8Array(512).fill(0x61)];
/** A page, in pieces as a backend sends them. */
export const RESPONSE_BODY: readonly Uint8Array[] = [new Uint8Array(8192).fill(0x62), new Uint8Array(8192).fill(0x63)];

const REQUEST_FIELDS: readonly (readonly [string, string])[] = [
  [
    "user-agent",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36",
  ],
  ["accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"],
  ["accept-encoding", "gzip, deflate, br, zstd"],
  ["accept-language", "en-GB,en;q=0.9"],
  ["content-type", "application/x-www-form-urlencoded"],
  ["content-length", "512"],
  ["cookie", "session=9f86d081884c7d659a2feaa0c55ad015; theme=dark"],
  ["origin", "https://www.shop.example"],
  ["sec-fetch-mode", "navigate"],
  ["x-request-id", "0f8fad5b-d9cb-469f-a165-70867728950e"],
];
const RESPONSE_FIELDS: readonly (readonly [string, string])[] = [
  ["content-type", "text/html; charset=utf-8"],
  ["content-length", "16384"],
  ["cache-control", "max-age=60"],
  ["etag", '"33a64df551425fcc55e4d42a148795d9f25f89d4"'],
  ["server", "backend"],
  ["date", "Tue, 24 Nov 2026 08:00:00 GMT"],
];

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

/** One request and its answer, not used before: filters change the heads. */
export class SampleExchange implements FilterHost {
  readonly connection: FilterHost["connection"] = CONNECTION;
  readonly request: FilterHost["request"] = {
    method: "POST",
    scheme: "https",
    authority: "www.shop.example",
    path: "/catalogue/shoes/red?page=2&sort=price",
    headers: new HeaderList(REQUEST_FIELDS.flat()),
  };
  /** Undefined until the backend answers, which is when {@link answer} is put here. */
  response: ResponseHead | undefined;
  readonly answer: ResponseHead = { status: 200, headers: new HeaderList(RESPONSE_FIELDS.flat()) };
  readonly requestId = "0f8fad5b-d9cb-469f-a165-70867728950e";
  readonly startedAtMs: number = Date.now();
  readonly upstreamName = "shop";
  /** How a filter ended the exchange while a body passed it. */
  interruption: "reply" | "fail" | undefined;
  /** What has been shown to the filters last. */
  part = "the request's headers";

  resume(): void {}

  interrupt(_stream: FilterStream, verdict: "reply" | "fail"): void {
    this.interruption = verdict;
  }
}
