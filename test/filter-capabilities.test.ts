import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFilterChain } from "../src/filter/chain/filter-chain.ts";
import { loadFilter } from "../src/filter/chain/load-filter.ts";
import { createTestHost, createTestServices, testFilterConfig, type LoggedLine } from "./support/filter-host.ts";
import { hostileModule } from "./support/hostile-proxy.ts";

/** Adds `x-a` twice, and logs "refused" for each time that it was not let. */
const ADDS = hostileModule({
  imports: `(import "env" "proxy_add_header_map_value" (func $add (param i32 i32 i32 i32 i32) (result i32)))
    (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
    (import "env" "seed" (func $seed (result f64)))
    (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))`,
  extra: `(data (i32.const 16) "x-a") (data (i32.const 32) "refused")
    (func $try
      (if (i32.eq (i32.const 10)
          (call $add (i32.const 0) (i32.const 16) (i32.const 3) (i32.const 16) (i32.const 3)))
        (then (drop (call $log (i32.const 2) (i32.const 32) (i32.const 7))))))`,
  onRequestHeaders: `(call $try) (call $try)
    (if (f64.eq (call $seed) (f64.const 10)) (then (unreachable)))
    (if (call $yield) (then (unreachable)))
    (i32.const 0)`,
});

let directory: string;
let file: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "spooky-capabilities-"));
  file = join(directory, "adds.wasm");
  await Bun.write(file, ADDS);
});
afterAll(() => rm(directory, { recursive: true }));

/** What the head has after a request, and what was logged. */
async function run(capabilities: readonly string[] | undefined): Promise<{ fields: string[]; lines: LoggedLine[] }> {
  const services = createTestServices();
  const host = createTestHost();
  const chain = createFilterChain([await loadFilter({ ...testFilterConfig({ file }), capabilities }, services)]);
  const stream = chain.open(host);
  expect(stream?.onRequestHeaders(true)).toBe("continue");
  stream?.close();
  chain.dispose();
  return { fields: host.request.headers.fields, lines: services.lines };
}

test("a filter without a list may call everything", async () => {
  expect(await run(undefined)).toEqual({ fields: ["x-a", "x-a", "x-a", "x-a"], lines: [] });
});

test("a function that is not listed fails and is logged once; those of the runtime and WASI stay", async () => {
  const { fields, lines } = await run(["proxy_log"]);
  expect(fields).toEqual([]);
  expect(lines.map(({ message }) => message)).toEqual([
    "the filter called a function that its capabilities do not list",
    "refused",
    "refused",
  ]);
  expect(lines[0]?.fields).toMatchObject({ import: "env.proxy_add_header_map_value", filter: "under-test" });
});

test("an empty list lets it call nothing", async () => {
  const { fields, lines } = await run([]);
  expect(fields).toEqual([]);
  expect(lines).toHaveLength(2);
});
