import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createBalancer } from "../src/filter/policy/balancer.ts";
import { loadPolicyModule } from "../src/filter/policy/load-policy-module.ts";
import { assembleWat } from "./support/assemble-wat.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "spooky-example-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Assembles the one example of the ABI's documentation, as a reader would. */
async function assembleExample(): Promise<string> {
  const page = await readFile(join(ROOT, "docs/policy-abi.md"), "utf8");
  const module = join(folder, "example.wasm");
  await writeFile(module, await assembleWat(/```wat\n([^`]+)```/.exec(page)?.[1] ?? ""));
  return module;
}

test("the example of the documentation is a balancer that works", async () => {
  const module = loadPolicyModule({ file: await assembleExample() });
  const backends = Array.from({ length: 40 }, (_, index) => ({ id: `b${index}`, weight: 1 }));
  const balancer = createBalancer(module, backends);
  expect(balancer.pick(0, 0)).toBe(0);
  expect(balancer.pick(0, 0b1011)).toBe(2);
  balancer.setHealthy(0, false);
  balancer.setHealthy(1, false);
  expect(balancer.pick(0, 0)).toBe(2);
  expect(balancer.pick(0, -1)).toBe(32);
  for (let index = 0; index < 40; index++) balancer.setHealthy(index, false);
  expect(balancer.pick(0, 0)).toBe(-1);
});
