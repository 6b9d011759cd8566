import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFilterChain } from "../src/filter/chain/filter-chain.ts";
import { loadFilter } from "../src/filter/chain/load-filter.ts";
import { createTestHost, createTestServices, testFilterConfig } from "./support/filter-host.ts";
import { textModule } from "./support/text-module.ts";

/** Compresses its text, uncompresses what came, and logs that; then logs "refused" if it is told that text is no zlib. */
const MODULE = `(module
  (import "env" "proxy_call_foreign_function" (func $call (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $top (mut i32) (i32.const 4096))
  (data (i32.const 16) "compress")
  (data (i32.const 32) "uncompress")
  (data (i32.const 48) "hello world!")
  (data (i32.const 64) "refused")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param $size i32) (result i32)
    (global.get $top)
    (global.set $top (i32.add (global.get $top) (local.get $size))))
  (func (export "proxy_on_context_create") (param i32 i32))
  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (if (i32.eqz (call $call (i32.const 16) (i32.const 8) (i32.const 48) (i32.const 12) (i32.const 0) (i32.const 4)))
      (then (if (i32.eqz (call $call (i32.const 32) (i32.const 10) (i32.load (i32.const 0)) (i32.load (i32.const 4))
          (i32.const 0) (i32.const 4)))
        (then (drop (call $log (i32.const 2) (i32.load (i32.const 0)) (i32.load (i32.const 4))))))))
    (if (i32.eq (i32.const 2)
        (call $call (i32.const 32) (i32.const 10) (i32.const 48) (i32.const 12) (i32.const 0) (i32.const 4)))
      (then (drop (call $log (i32.const 2) (i32.const 64) (i32.const 7)))))
    (i32.const 0)))`;

let directory: string;
let file: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "spooky-foreign-"));
  file = join(directory, "foreign.wasm");
  await Bun.write(file, textModule(MODULE));
});
afterAll(() => rm(directory, { recursive: true }));

test("a filter compresses and uncompresses in the host, and is told of bytes that are no zlib stream", async () => {
  const services = createTestServices();
  const chain = createFilterChain([await loadFilter(testFilterConfig({ file }), services)]);
  const stream = chain.open(createTestHost());
  expect(stream?.onRequestHeaders(true)).toBe("continue");
  stream?.close();
  chain.dispose();
  expect(services.lines.map(({ message }) => message)).toEqual(["hello world!", "refused"]);
});
