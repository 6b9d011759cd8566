import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { DaemonProcess } from "./support/daemon-process.ts";
import { H3Client } from "./support/h3-client.ts";
import { Http2Backend } from "./support/http2-backend.ts";
import { simpleUpstream, startProxy } from "./support/proxy.ts";
import { openHttp2 } from "./support/tls-client.ts";
import { UdpRelay } from "./support/udp-relay.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const MEMORY_LIMIT_MIB = 150;
/** How long the slow side is slow; after that the rest of the gigabyte goes at full speed. */
const SLOW_SECONDS = 8;

let backend: Http2Backend;
let proxy: DaemonProcess;
let shardPid = 0;
let uploadedBytes = 0;
/** Holds the backend's reading of an upload to 1 MiB/s while true. */
let isBackendSlow = false;

beforeAll(async () => {
  const piece = Buffer.alloc(MIB, 0x61);
  backend = await Http2Backend.start((stream, headers) => {
    if (headers[":method"] === "POST") {
      stream.on("data", (chunk: Buffer) => {
        uploadedBytes += chunk.length;
        if (!isBackendSlow) return;
        stream.pause();
        setTimeout(() => stream.resume(), (chunk.length / MIB) * 1000);
      });
      stream.on("end", () => {
        stream.respond({ ":status": 200 });
        stream.end(`${uploadedBytes}`);
      });
      return;
    }
    stream.respond({ ":status": 200, "content-length": `${GIB}` });
    let left = GIB / MIB;
    const fill = (): void => {
      while (left > 0 && !stream.destroyed) {
        left--;
        if (!stream.write(piece)) {
          stream.once("drain", fill);
          return;
        }
      }
      stream.end();
    };
    fill();
  });
  proxy = await startProxy({
    upstream: simpleUpstream(backend.address),
    performance: [
      `max_response_body_bytes: ${2 * GIB}`,
      `max_request_body_bytes: ${2 * GIB}`,
      `request_buffer_global_cap_bytes: ${2 * GIB}`,
      "backend_timeout_ms: 120000",
      "backend_body_idle_timeout_ms: 120000",
      "backend_body_total_timeout_ms: 120000",
      "backend_total_request_timeout_ms: 120000",
      "quic_max_idle_timeout_ms: 60000",
    ].join("\n"),
  });
  shardPid = await proxy.shardPid(0);
});

afterAll(async () => {
  await proxy.dispose();
  backend.stop();
});

/** Resident memory of the shard, in MiB. */
function residentMib(): number {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${shardPid}/status`, "latin1"));
  return Number(match?.[1]) / 1024;
}

/** Highest memory seen, asked every 50 ms until disposed. */
function watchMemory(): { peakMib: number; [Symbol.dispose](): void } {
  const watch = { peakMib: 0, [Symbol.dispose]: () => clearInterval(timer) };
  const timer = setInterval(() => (watch.peakMib = Math.max(watch.peakMib, residentMib())), 50);
  return watch;
}

async function* gigabyte(): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(65_536);
  for (let sent = 0; sent < GIB; sent += piece.length) yield piece;
}

describe("a response of 1 GiB", () => {
  test("to an HTTP/3 client behind a line of 1 MiB/s leaves the shard below 150 MB", async () => {
    const relay = await UdpRelay.start(proxy.ports.listen, MIB);
    const client = await H3Client.connect(relay.port);
    const stream = await client.open({ path: "/" });
    using memory = watchMemory();
    const reading = (async () => {
      let bytes = 0;
      for await (const chunk of stream.chunks()) bytes += chunk.length;
      return bytes;
    })();
    reading.catch(() => {});
    await Bun.sleep(SLOW_SECONDS * 1000);
    // Something came, and what did not is not held here.
    expect(relay.passedBytes).toBeGreaterThan(MIB);
    expect(memory.peakMib).toBeLessThan(MEMORY_LIMIT_MIB);
    client.close();
    relay.close();
  }, 30_000);

  test("reaches an HTTP/3 client whole", async () => {
    const client = await H3Client.connect(proxy.ports.listen);
    const stream = await client.open({ path: "/" });
    using memory = watchMemory();
    let bytes = 0;
    for await (const chunk of stream.chunks()) bytes += chunk.length;
    client.close();
    expect(bytes).toBe(GIB);
    expect(memory.peakMib).toBeLessThan(MEMORY_LIMIT_MIB);
  }, 60_000);

  test("to an HTTP/2 client that reads at 1 MiB/s, then at full speed, leaves the shard below 150 MB", async () => {
    const session = openHttp2(proxy.ports.listen);
    const stream = session.request({ ":path": "/", ":authority": "localhost" });
    using memory = watchMemory();
    const startedMs = performance.now();
    let bytes = 0;
    for await (const chunk of stream) {
      bytes += (chunk as Buffer).length;
      const elapsedMs = performance.now() - startedMs;
      const aheadMs = (bytes / MIB) * 1000 - elapsedMs;
      if (elapsedMs < SLOW_SECONDS * 1000 && aheadMs > 0) await Bun.sleep(aheadMs);
    }
    session.destroy();
    expect(bytes).toBe(GIB);
    expect(memory.peakMib).toBeLessThan(MEMORY_LIMIT_MIB);
  }, 60_000);
});

describe("a request of 1 GiB", () => {
  beforeEach(() => {
    uploadedBytes = 0;
    isBackendSlow = true;
    setTimeout(() => (isBackendSlow = false), SLOW_SECONDS * 1000);
  });

  test("over HTTP/3 to a backend that reads at 1 MiB/s, then at full speed, leaves the shard below 150 MB", async () => {
    const client = await H3Client.connect(proxy.ports.listen);
    using memory = watchMemory();
    const response = await client.request({
      method: "POST",
      path: "/",
      body: gigabyte(),
      headers: { "content-length": `${GIB}` },
    });
    client.close();
    expect(response.status).toBe(200);
    expect(Buffer.from(response.body).toString()).toBe(`${GIB}`);
    expect(memory.peakMib).toBeLessThan(MEMORY_LIMIT_MIB);
  }, 60_000);

  test("over HTTP/2 to a backend that reads at 1 MiB/s, then at full speed, leaves the shard below 150 MB", async () => {
    const session = openHttp2(proxy.ports.listen);
    const stream = session.request(
      { ":method": "POST", ":path": "/", ":authority": "localhost" },
      { endStream: false },
    );
    using memory = watchMemory();
    const body = (async () => {
      for await (const piece of gigabyte()) {
        if (!stream.write(piece)) await new Promise((resolve) => stream.once("drain", resolve));
      }
      stream.end();
    })();
    let text = "";
    for await (const chunk of stream) text += String(chunk);
    await body;
    session.destroy();
    expect(text).toBe(`${GIB}`);
    expect(memory.peakMib).toBeLessThan(MEMORY_LIMIT_MIB);
  }, 60_000);
});
