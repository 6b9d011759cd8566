/**
 * A backend's client under test, and a receiver that keeps what it is told.
 * @module
 */
import type { Server } from "node:net";
import type { Failure } from "../../src/errors/failure.ts";
import type { RequestHead, ResponseHead } from "../../src/http/head.ts";
import { HeaderList } from "../../src/http/header-list.ts";
import type { Logger } from "../../src/observe/log.ts";
import type { BackendClient } from "../../src/upstream/backend-client.ts";
import { createBackendClient } from "../../src/upstream/backend-client.ts";
import type { BackendOptions } from "../../src/upstream/backend-options.ts";
import type { ResponseReceiver, UpstreamStream } from "../../src/upstream/client.ts";

const SILENT: Logger = { isEnabled: () => false, log: () => {} };

/** Backend options for tests: generous limits, cleartext. */
export function backendOptions(port: number, changes: Partial<BackendOptions> = {}): BackendOptions {
  return {
    scheme: "http",
    host: "127.0.0.1",
    port,
    authority: `127.0.0.1:${port}`,
    tls: { verify: true, sendSni: true },
    connectTimeoutMs: 1000,
    headersTimeoutMs: 5000,
    bodyIdleTimeoutMs: 5000,
    bodyTotalTimeoutMs: 15_000,
    totalTimeoutMs: 20_000,
    maxIdleSessions: 8,
    idleTimeoutMs: 60_000,
    log: SILENT,
    ...changes,
  };
}

export function backendClient(port: number, changes: Partial<BackendOptions> = {}): BackendClient {
  return createBackendClient(backendOptions(port, changes));
}

export function requestHead(method: string, path: string, fields: string[] = []): RequestHead {
  return { method, scheme: "https", authority: "example.test", path, headers: new HeaderList(fields) };
}

/** Keeps what it is told, and checks that it is told in the right order. */
export class Answer implements ResponseReceiver {
  readonly informational: { status: number; fields: string[] }[] = [];
  head: ResponseHead | undefined;
  isHeadEnd = false;
  bytes = 0;
  trailers: HeaderList | undefined;
  failure: Failure | undefined;
  detail = "";
  isEnded = false;
  writableCount = 0;
  /** Also told of each piece of body. */
  onData: ((chunk: Uint8Array) => void) | undefined;
  onHead: (() => void) | undefined;
  onWritable: (() => void) | undefined;
  readonly done: Promise<this>;
  readonly #chunks: Uint8Array[] = [];
  #resolve: (answer: this) => void = () => {};

  constructor() {
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString("latin1");
  }

  get status(): number {
    return this.head?.status ?? 0;
  }

  onInformational(status: number, headers: HeaderList): void {
    if (this.head !== undefined) throw new Error("informational response after the head");
    this.informational.push({ status, fields: headers.fields.slice() });
  }

  onResponseHead(head: ResponseHead, isEnd: boolean): void {
    if (this.head !== undefined) throw new Error("second head");
    this.head = head;
    this.isHeadEnd = isEnd;
    this.onHead?.();
  }

  onResponseData(chunk: Uint8Array): void {
    if (this.head === undefined || this.isEnded || this.failure !== undefined) throw new Error("data out of order");
    this.bytes += chunk.byteLength;
    if (this.bytes <= 4 * 1024 * 1024) this.#chunks.push(chunk);
    this.onData?.(chunk);
  }

  onResponseEnd(trailers: HeaderList | undefined): void {
    if (this.head === undefined || this.isEnded || this.failure !== undefined) throw new Error("end out of order");
    this.isEnded = true;
    this.trailers = trailers;
    this.#resolve(this);
  }

  onResponseFailure(failure: Failure, detail: string): void {
    if (this.isEnded || this.failure !== undefined) throw new Error("failure out of order");
    this.failure = failure;
    this.detail = detail;
    this.#resolve(this);
  }

  onUpstreamWritable(): void {
    this.writableCount++;
    this.onWritable?.();
  }
}

/** Starts a request without a body. */
export function send(
  client: BackendClient,
  method: string,
  path: string,
  fields: string[] = [],
): [UpstreamStream, Answer] {
  const answer = new Answer();
  return [client.open(requestHead(method, path, fields), true, answer), answer];
}

/** Sends a request without a body and waits for the end of the answer. */
export function fetchAnswer(
  client: BackendClient,
  path: string,
  method = "GET",
  fields: string[] = [],
): Promise<Answer> {
  return send(client, method, path, fields)[1].done;
}

/** Starts a request with a body. */
export function upload(
  client: BackendClient,
  path: string,
  fields: string[] = [],
  method = "POST",
): [UpstreamStream, Answer] {
  const answer = new Answer();
  return [client.open(requestHead(method, path, fields), false, answer), answer];
}

/** Waits until `isTrue`, at most `limitMs`. */
export async function until(isTrue: () => boolean, limitMs = 3000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!isTrue()) {
    if (performance.now() > endMs) throw new Error("it did not come to pass");
    await Bun.sleep(2);
  }
}

/** Has a server listen on an ephemeral loopback port, or on a given one. */
export function listen(server: Server, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(address !== null && typeof address === "object" ? address.port : 0);
    });
  });
}
