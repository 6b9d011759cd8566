import { afterEach, describe, expect, test } from "bun:test";
import { checkPortIsFree } from "../src/platform/sockets.ts";
import { type DaemonProcess, isAlive } from "./support/daemon-process.ts";
import { StandInClient, startStandInDaemon } from "./support/stand-in-client.ts";

let daemon: DaemonProcess | undefined;
afterEach(async () => {
  await daemon?.dispose();
  daemon = undefined;
});

async function start(options: Parameters<typeof startStandInDaemon>[0] = {}): Promise<DaemonProcess> {
  daemon = startStandInDaemon(options);
  await daemon.untilReady();
  return daemon;
}

describe("a stop signal", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("%s ends an idle proxy at once, with 0", async (signal) => {
    const running = await start();
    const pids = [await running.shardPid(0), await running.shardPid(1)];
    const startedMs = performance.now();
    running.signal(signal);
    expect(await running.exited()).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(1500);
    expect(pids.some(isAlive)).toBe(false);
    for (const port of Object.values(running.ports)) checkPortIsFree({ address: "127.0.0.1", port });
  });

  test("lets what is in flight finish, refuses what is new and says so on /ready", async () => {
    const running = await start();
    const client = await StandInClient.connect(running.ports.listen);
    await client.ask("who");
    running.signal("SIGTERM");
    await running.until(async () => (await running.readiness()).draining);
    expect(await running.readiness()).toMatchObject({ status: 503, ready: false, draining: true });
    const health = await fetch(`http://127.0.0.1:${running.ports.control}/health`);
    expect(health.status).toBe(200);
    await running.until(() =>
      StandInClient.connect(running.ports.listen).then(
        () => false,
        () => true,
      ),
    );
    expect((await client.ask("who")).pid).toBeGreaterThan(0);
    client.close();
    expect(await running.exited()).toBe(0);
  });

  test("does not wait longer than the deadline for a client that stays", async () => {
    const running = await start({ drainMs: 500 });
    const client = await StandInClient.connect(running.ports.listen);
    await client.ask("who");
    const startedMs = performance.now();
    running.signal("SIGTERM");
    expect(await running.exited()).toBe(0);
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeGreaterThan(400);
    expect(tookMs).toBeLessThan(3000);
    await client.closed;
  });

  test("kills a shard that does not end by itself", async () => {
    const running = await start({ drainMs: 200, env: { STAND_IN_DRAIN: "never" } });
    running.signal("SIGTERM");
    expect(await running.exited()).toBe(0);
    expect(running.stderr).toContain("did not end in time");
  });

  test("that comes twice ends everything at once, with 1", async () => {
    const running = await start({ drainMs: 60_000, env: { STAND_IN_DRAIN: "never" } });
    const pids = [await running.shardPid(0), await running.shardPid(1)];
    running.signal("SIGTERM");
    await running.until(async () => (await running.readiness()).draining);
    running.signal("SIGTERM");
    expect(await running.exited()).toBe(1);
    expect(pids.some(isAlive)).toBe(false);
  });

  test("to a shard alone changes nothing: a terminal sends it to the whole group", async () => {
    const running = await start();
    const pid = await running.shardPid(0);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.kill(pid, signal);
    await Bun.sleep(300);
    expect(await running.readiness()).toMatchObject({ ready: true });
    expect(await running.shardPid(0)).toBe(pid);
  });

  test("during the start ends that with 0", async () => {
    daemon = startStandInDaemon();
    await daemon.until(async () => (await daemon?.readiness()) !== undefined);
    daemon.signal("SIGTERM");
    expect(await daemon.exited()).toBe(0);
  });
});
