import { afterEach, describe, expect, test } from "bun:test";
import { type DaemonProcess, isAlive } from "./support/daemon-process.ts";
import { clientOf, StandInClient, startStandInDaemon } from "./support/stand-in-client.ts";

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

/** Waits until a shard runs in another process than `oldPid`, and is ready; gives the milliseconds that it took. */
async function untilRestarted(
  running: DaemonProcess,
  shard: number,
  oldPid: number,
  timeoutMs = 10_000,
): Promise<number> {
  const startedMs = performance.now();
  await running.until(async () => {
    const report = (await running.readiness()).shards[shard];
    return report !== undefined && report.state === "ready" && report.pid !== oldPid;
  }, timeoutMs);
  return performance.now() - startedMs;
}

describe("a shard that is killed", () => {
  test("is back within a second, and its clients waited at the socket meanwhile", async () => {
    const running = await start({ shardCount: 1 });
    const oldPid = await running.shardPid(0);
    process.kill(oldPid, "SIGKILL");
    await running.until(async () => (await running.readiness()).shards[0]?.pid !== oldPid);
    const client = await StandInClient.connect(running.ports.listen);
    expect((await client.ask("who")).pid).not.toBe(oldPid);
    client.close();
    expect(await untilRestarted(running, 0, oldPid)).toBeLessThan(1000);
  });

  test("does not disturb the other one", async () => {
    const running = await start();
    const client = await clientOf(running.ports.listen, 1);
    const [killedPid, otherPid] = [await running.shardPid(0), await running.shardPid(1)];
    process.kill(killedPid, "SIGKILL");
    let answerCount = 0;
    const asking = (async () => {
      for (let i = 0; i < 50; i++) {
        expect(await client.ask("who")).toEqual({ shard: 1, pid: otherPid });
        answerCount++;
        await Bun.sleep(10);
      }
    })();
    expect(await untilRestarted(running, 0, killedPid)).toBeLessThan(1000);
    await asking;
    expect(answerCount).toBe(50);
    expect(await running.shardPid(1)).toBe(otherPid);
    client.close();
  });

  test("comes back again and again, and both shards one after the other", async () => {
    const running = await start();
    for (const shard of [0, 1, 0]) {
      const oldPid = await running.shardPid(shard);
      process.kill(oldPid, "SIGKILL");
      await untilRestarted(running, shard, oldPid);
    }
    expect((await running.readiness()).shards.map(({ restarts }) => restarts)).toEqual([2, 1]);
  });

  test("keeps its counters, but not its open connections", async () => {
    const running = await start();
    const clients = await Promise.all([clientOf(running.ports.listen, 0), clientOf(running.ports.listen, 1)]);
    for (let i = 0; i < 5; i++) for (const client of clients) await client.ask("who");
    const before = await running.metrics();
    expect(before.get("spooky_active_connections")).toBe(2);
    const total = before.get("spooky_requests_total") ?? 0;
    const byWorker = [0, 1].map((worker) => before.get(`spooky_worker_requests_total{worker="${worker}"}`) ?? 0);
    expect(byWorker.every((count) => count >= 6)).toBe(true);
    expect(byWorker.reduce((sum, count) => sum + count, 0)).toBe(total);

    const oldPid = await running.shardPid(0);
    process.kill(oldPid, "SIGKILL");
    await untilRestarted(running, 0, oldPid);
    const after = await running.metrics();
    expect(after.get("spooky_requests_total")).toBe(total);
    expect(after.get("spooky_active_connections")).toBe(1);
    expect(after.get("spooky_runtime_panics")).toBe(1);
    expect(after.get('spooky_shard_restarts_total{worker="0"}')).toBe(1);
    expect(after.get('spooky_shard_restarts_total{worker="1"}')).toBe(0);

    const fresh = await clientOf(running.ports.listen, 0);
    expect((await running.metrics()).get("spooky_requests_total")).toBeGreaterThan(total);
    for (const client of [...clients, fresh]) client.close();
  });
});

describe("a shard that fails by itself", () => {
  test.each([
    ["throw", "thrown on demand"],
    ["reject", "rejected on demand"],
  ])("by an uncaught error (%s) says why and is restarted", async (command, message) => {
    const running = await start();
    const oldPid = await running.shardPid(0);
    (await clientOf(running.ports.listen, 0)).tell(command);
    await untilRestarted(running, 0, oldPid);
    const lines = running.stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const own = lines.find((line) => line.target === "spooky_shard");
    expect(own).toMatchObject({ level: "error", code: "SPK_SHARD_CRASHED", shard: 0 });
    expect(own.detail).toContain(message);
    const told = lines.find((line) => line.target === "spooky_supervisor" && line.code === "SPK_SHARD_CRASHED");
    expect(told).toMatchObject({ shard: 0, pid: oldPid, exit_code: 1, restart_in_ms: 0 });
  });

  test("by an endless loop is killed and restarted", async () => {
    const running = await start();
    const oldPid = await running.shardPid(1);
    (await clientOf(running.ports.listen, 1)).tell("spin");
    const tookMs = await untilRestarted(running, 1, oldPid, 15_000);
    expect(tookMs).toBeGreaterThan(3000);
    await running.until(() => running.stderr.includes("SPK_SHARD_UNRESPONSIVE"));
    expect(isAlive(oldPid)).toBe(false);
    expect((await running.readiness()).shards.map(({ restarts }) => restarts)).toEqual([0, 1]);
  }, 30_000);

  test("five times and more in a row leaves its clients to the others", async () => {
    const running = await start();
    for (let death = 0; death < 6; death++) {
      const oldPid = await running.shardPid(0);
      process.kill(oldPid, "SIGKILL");
      await running.until(async () => {
        const report = (await running.readiness()).shards[0];
        return report?.state === "parked" || (report?.state === "ready" && report.pid !== oldPid);
      });
    }
    const readiness = await running.readiness();
    expect(readiness).toMatchObject({ status: 503, ready: false });
    expect(readiness.shards.map(({ state }) => state)).toEqual(["parked", "ready"]);
    await running.until(() => running.stderr.includes("SPK_SHARD_ABANDONED"));
    for (let i = 0; i < 20; i++) {
      const client = await StandInClient.connect(running.ports.listen);
      expect((await client.ask("who")).shard).toBe(1);
      client.close();
    }
  }, 30_000);
});

test("shards do not outlive a supervisor that is killed", async () => {
  const running = await start();
  const pids = [await running.shardPid(0), await running.shardPid(1)];
  running.signal("SIGKILL");
  await running.until(() => pids.every((pid) => !isAlive(pid)), 500);
});
