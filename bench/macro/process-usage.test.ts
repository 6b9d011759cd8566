import { expect, test } from "bun:test";
import { processTree, readUsage } from "./process-usage.ts";

test("CPU time is what the process itself counts", () => {
  const before = readUsage([process.pid]);
  const own = process.cpuUsage();
  const end = performance.now() + 300;
  while (performance.now() < end);
  const spent = process.cpuUsage(own);
  const cpuMs = readUsage([process.pid]).cpuMs - before.cpuMs;
  // Both count in ticks of 10 ms somewhere on the way.
  expect(Math.abs(cpuMs - (spent.user + spent.system) / 1000)).toBeLessThan(50);
});

test("memory is about what the process itself says", () => {
  const { rssBytes } = readUsage([process.pid]);
  expect(rssBytes / process.memoryUsage.rss()).toBeGreaterThan(0.7);
  expect(rssBytes / process.memoryUsage.rss()).toBeLessThan(1.4);
});

test("a tree holds children and their children", async () => {
  const child = Bun.spawn(["sh", "-c", "sleep 30 & echo $!; wait"], { stdout: "pipe" });
  try {
    const { value } = await child.stdout.getReader().read();
    const grandchild = Number(new TextDecoder().decode(value));
    expect(processTree(child.pid)).toEqual([child.pid, grandchild]);
    process.kill(grandchild);
  } finally {
    child.kill();
    await child.exited;
  }
});

test("a process that has ended counts nothing", async () => {
  const child = Bun.spawn(["true"]);
  await child.exited;
  expect(readUsage([child.pid])).toEqual({ cpuMs: 0, rssBytes: 0 });
});
