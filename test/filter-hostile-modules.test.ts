import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostileModule } from "./support/hostile-proxy.ts";
import { simpleUpstream, startProxy } from "./support/proxy.ts";

const IDLE = { onRequestHeaders: "(i32.const 0)" };
const ENDLESS = `(func (export "proxy_on_vm_start") (param i32 i32) (result i32) (loop $again (br $again)) (unreachable))`;

let folder: string;

beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "spooky-hostile-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the program says when it does not start with a module of these bytes. */
async function refusal(bytes: Uint8Array): Promise<string> {
  const file = join(folder, "module.wasm");
  writeFileSync(file, bytes);
  const start = startProxy({
    upstream: simpleUpstream("http://127.0.0.1:1"),
    extra: `filters: [{name: bad, file: "${file}", limits: {start_ms: 100}}]\n`,
  });
  return start.then(
    async (proxy) => {
      await proxy.dispose();
      return "it started";
    },
    (error: unknown) => String(error),
  );
}

test.each([
  [
    "whose start never ends",
    hostileModule({ ...IDLE, extra: ENDLESS }),
    "SPK_MODULE_START_FAILED",
    /ran longer than 100 ms/,
  ],
  ["that is cut short", hostileModule(IDLE).subarray(0, 60), "SPK_MODULE_INVALID", /bad/],
  ["that is no module", new TextEncoder().encode("#!/bin/sh\n"), "SPK_MODULE_INVALID", /bad/],
  ["that is empty", new Uint8Array(0), "SPK_MODULE_INVALID", /bad/],
])("the proxy does not start with a filter %s, and says which", async (_what, bytes, code, detail) => {
  const text = await refusal(bytes);
  expect(text).toContain(code);
  expect(text).toMatch(detail);
  expect(text).toContain("filter bad");
});
