import { afterEach, expect, test } from "bun:test";
import { join } from "node:path";
import { parseConfig } from "../src/config/parse-config.ts";
import type { Config } from "../src/config/model.ts";
import { createMetricsLayout, describeMetricsTopology, regionOf } from "../src/observe/metrics-layout.ts";
import { createSharedMemory, mapSharedMemory } from "../src/platform/shared-memory.ts";
import { checkPortIsFree, closeFd } from "../src/platform/sockets.ts";
import { openListenerSockets } from "../src/supervisor/listener-sockets.ts";
import { ShardSlot } from "../src/supervisor/shard-slot.ts";
import { freePort } from "./support/free-port.ts";
import { StandInClient } from "./support/stand-in-client.ts";

let slot: ShardSlot | undefined;
let countersFd = -1;
afterEach(async () => {
  await slot?.kill();
  closeFd(countersFd);
});

function configFor(port: number): Config {
  const tls = "{ cert: /never/read.pem, key: /never/read.pem }";
  const text = `
listen: { protocol: http3, address: 127.0.0.1, port: ${port}, tls: ${tls} }
upstream: { api: { route: { path_prefix: / }, backends: [{ id: b1, address: "https://127.0.0.1:1" }] } }
log: { level: off }`;
  const result = parseConfig(text, "spooky.yaml");
  if ("errors" in result) throw new Error(JSON.stringify(result.errors));
  return result.config;
}

function openSlot(config: Config, parkedRetryMs: number, hasReadyPeer: boolean): ShardSlot {
  const layout = createMetricsLayout(describeMetricsTopology(config), 1);
  countersFd = createSharedMemory(layout.bytes).fd;
  const [sockets = []] = openListenerSockets(config, "spooky.yaml");
  slot = new ShardSlot({
    index: 0,
    command: [process.execPath, join(import.meta.dir, "support/stand-in-shard.ts")],
    config,
    sockets,
    countersFd,
    counters: regionOf(mapSharedMemory(countersFd), layout, 0),
    log: { isEnabled: () => false, log() {} },
    hasReadyPeer: () => hasReadyPeer,
    parkedRetryMs,
  });
  return slot;
}

async function until(question: () => boolean): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!question()) {
    if (performance.now() > endMs) throw new Error("it never became so");
    await Bun.sleep(5);
  }
}

async function killTimes(times: number, running: ShardSlot): Promise<void> {
  for (let i = 0; i < times; i++) {
    const oldPid = running.pid;
    if (oldPid === undefined) throw new Error("nothing runs");
    process.kill(oldPid, "SIGKILL");
    await until(() => running.state === "parked" || (running.state === "ready" && running.pid !== oldPid));
  }
}

test("a parked shard leaves its port, and comes back to it later", async () => {
  const port = freePort();
  const running = openSlot(configFor(port), 500, true);
  await running.start();
  await killTimes(6, running);
  expect(running.state).toBe("parked");
  checkPortIsFree({ address: "127.0.0.1", port });
  await until(() => running.state === "ready");
  const client = await StandInClient.connect(port);
  expect((await client.ask("who")).pid).toBe(running.pid ?? 0);
  client.close();
  expect([running.restartCount, running.crashCount]).toEqual([6, 6]);
}, 20_000);

test("a parked shard whose port was taken meanwhile stays parked until it is free", async () => {
  const port = freePort();
  const running = openSlot(configFor(port), 200, true);
  await running.start();
  await killTimes(6, running);
  const thief = Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } });
  await Bun.sleep(500);
  expect(running.state).toBe("parked");
  thief.stop(true);
  await until(() => running.state === "ready");
}, 20_000);

test("a shard that is the last one is never parked", async () => {
  const running = openSlot(configFor(freePort()), 500, false);
  await running.start();
  await killTimes(6, running);
  expect(running.state).toBe("ready");
}, 20_000);
