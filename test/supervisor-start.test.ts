import { afterEach, describe, expect, test } from "bun:test";
import { once } from "node:events";
import { createServer } from "node:net";
import { localPortOf } from "../src/platform/descriptors.ts";
import { checkPortIsFree, closeFd, openTcpSocket, openUdpSocket } from "../src/platform/sockets.ts";
import type { DaemonProcess } from "./support/daemon-process.ts";
import { startStandInDaemon } from "./support/stand-in-client.ts";

let daemon: DaemonProcess | undefined;
afterEach(async () => {
  await daemon?.dispose();
  daemon = undefined;
});

function start(options: Parameters<typeof startStandInDaemon>[0] = {}): DaemonProcess {
  daemon = startStandInDaemon(options);
  return daemon;
}

/** Standard error of a failed start, without log lines. */
async function errorLinesOf(failed: DaemonProcess): Promise<string[]> {
  expect(await failed.exited()).toBe(1);
  expect(failed.stdout).toBe("");
  return failed.stderr
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("{"));
}

describe("a port that is in use", () => {
  test("is told in one line, also when the other socket shares ports", async () => {
    const fd = openUdpSocket({ address: "127.0.0.1", port: 0, recvBufferBytes: 4096, sendBufferBytes: 4096 });
    const port = localPortOf(fd) ?? 0;
    const failed = start({ ports: { listen: port } });
    const [line, ...more] = await errorLinesOf(failed);
    closeFd(fd);
    expect(more).toEqual([]);
    expect(line).toStartWith(`${failed.configPath}: error SPK_LISTEN_ADDRESS_IN_USE: `);
    expect(line).toContain(`UDP 127.0.0.1:${port}`);
    expect(line).toContain("choose another port");
  });

  test("is found on TCP too", async () => {
    const fd = openTcpSocket({ address: "127.0.0.1", port: 0 });
    const [line] = await errorLinesOf(start({ ports: { listen: localPortOf(fd) ?? 0 } }));
    closeFd(fd);
    expect(line).toContain("SPK_LISTEN_ADDRESS_IN_USE");
    expect(line).toContain("TCP 127.0.0.1:");
  });

  test("is only a warning for metrics and health", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const taken = typeof address === "object" && address !== null ? address.port : 0;
    const running = start({ ports: { metrics: taken } });
    await running.untilReady();
    server.close();
    const warning = running.stderr.split("\n").find((line) => line.includes("SPK_LISTEN_ADDRESS_IN_USE")) ?? "{}";
    expect(JSON.parse(warning)).toMatchObject({ level: "warn", target: "spooky_supervisor" });
    expect(JSON.parse(warning).msg).toContain("metrics are not served");
  });

  test("ends the start when the config says that metrics are required", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const taken = typeof address === "object" && address !== null ? address.port : 0;
    const [line] = await errorLinesOf(start({ ports: { metrics: taken }, isRequired: true }));
    server.close();
    expect(line).toContain(`TCP 127.0.0.1:${taken}`);
  });
});

describe("a shard that cannot start", () => {
  test("has its own error printed, with code, place and hint, and all is cleaned up", async () => {
    const failed = start({ env: { STAND_IN_START: "refuse" } });
    expect(await errorLinesOf(failed)).toEqual([
      "a.yaml:3: error SPK_MODULE_MISSING: module file not found: no such module (Build it.)",
    ]);
    for (const port of Object.values(failed.ports)) checkPortIsFree({ address: "127.0.0.1", port });
  });

  test("without a word is told by its number and exit code", async () => {
    const [line] = await errorLinesOf(start({ env: { STAND_IN_START: "exit-1" } }));
    expect(line).toContain("SPK_SHARD_FAILED");
    expect(line).toContain("shard 1 ended with exit code 9 before it was ready");
  });
});

describe("a proxy that runs", () => {
  test("answers health, readiness and metrics, and nothing else", async () => {
    const running = start();
    await running.untilReady();
    await running.until(() => running.stdout === "ready\n");
    const get = (port: number, path: string, init?: RequestInit): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}${path}`, init);
    const { control, metrics } = running.ports;

    const health = await get(control, "/health");
    expect([health.status, health.headers.get("content-type")]).toEqual([200, "application/json;charset=utf-8"]);
    expect(await health.json()).toEqual({
      status: "ok",
      uptime_ms: expect.any(Number),
      watchdog: { enabled: false, degraded: false, restart_requested: false },
    });

    const ready = await get(control, "/ready?verbose=1");
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({
      ready: true,
      healthy_backends: 1,
      total_backends: 1,
      restart_requested: false,
      draining: false,
      shards: [0, 1].map((index) => ({ index, state: "ready", pid: expect.any(Number), restarts: 0 })),
      filters: [],
    });

    const scrape = await get(metrics, "/metrics");
    expect([scrape.status, scrape.headers.get("content-type")]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
    ]);
    expect(await scrape.text()).toContain("# TYPE spooky_requests_total counter\nspooky_requests_total 0\n");

    expect((await get(control, "/metrics")).status).toBe(404);
    expect((await get(control, "/")).status).toBe(404);
    expect((await get(metrics, "/ready")).status).toBe(404);
    expect((await get(control, "/health", { method: "POST" })).status).toBe(405);
    expect((await get(control, "/health", { method: "HEAD" })).status).toBe(200);
  });

  test("takes its log level from RUST_LOG, in the shards too", async () => {
    const running = start({ env: { RUST_LOG: "spooky_edge=haunt,poltergeist" } });
    await running.untilReady();
    await running.until(() => running.stderr.split("\n").length >= 3);
    const lines = running.stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ level, target, msg }) => [level, target, msg])).toEqual([
      ["debug", "spooky_edge", "stand-in serves"],
      ["debug", "spooky_edge", "stand-in serves"],
    ]);
    expect(lines.map(({ shard }) => shard).sort()).toEqual([0, 1]);
  });

  test("logs plain lines when told to", async () => {
    const running = start({ format: "plain" });
    await running.untilReady();
    await running.until(() => running.stderr.includes(": ready"));
    expect(running.stderr).toMatch(
      new RegExp(
        `^\\S+Z INFO {2}spooky_supervisor: ready listeners=127\\.0\\.0\\.1:${running.ports.listen} shards=2$`,
        "m",
      ),
    );
  });
});
