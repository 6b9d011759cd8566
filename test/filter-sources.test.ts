import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DaemonProcess } from "./support/daemon-process.ts";
import { H3Client } from "./support/h3-client.ts";
import { Http2Backend } from "./support/http2-backend.ts";
import { LAYOUTS, ModuleRegistry, sha256 } from "./support/module-registry.ts";
import { certificate, simpleUpstream, startProxy } from "./support/proxy.ts";

const MODULE = readFileSync(join(import.meta.dir, "../wasm/header-rewrite.wasm"));

let backend: Http2Backend;
let registry: ModuleRegistry;
let cache = "";
let proxy: DaemonProcess | undefined;

beforeAll(async () => {
  backend = await Http2Backend.start((stream) => stream.respond({ ":status": 204 }, { endStream: true }));
  registry = new ModuleRegistry();
  cache = mkdtempSync(join(tmpdir(), "spooky-cache-"));
});

afterEach(async () => {
  await proxy?.dispose();
  proxy = undefined;
});

afterAll(() => {
  backend.stop();
  registry.stop();
  rmSync(cache, { recursive: true, force: true });
});

async function start(source: string): Promise<DaemonProcess> {
  proxy = await startProxy({
    upstream: simpleUpstream(backend.address),
    extra: `filters:\n  - {name: mark, ${source}, config: {response: {set: {x-mark: here}}}}\n`,
    env: { SPOOKY_CACHE_DIR: cache, NODE_EXTRA_CA_CERTS: certificate.authorityPath },
  });
  return proxy;
}

async function markOf(running: DaemonProcess): Promise<unknown> {
  const client = await H3Client.connect(running.ports.listen);
  const { headers } = await client.get("/");
  client.close();
  return headers["x-mark"];
}

describe("a filter at an https address", () => {
  test("is fetched once, held to its sum, and kept for starts without the network", async () => {
    const url = registry.addFile("/filter.wasm", MODULE);
    const source = `url: "${url}", sha256: ${sha256(MODULE)}`;
    expect(await markOf(await start(source))).toBe("here");
    const { requestCount } = registry;
    await proxy?.dispose();
    expect(await markOf(await start(source))).toBe("here");
    expect(registry.requestCount).toBe(requestCount);
    expect(readdirSync(cache)).toContain(`${sha256(MODULE)}.wasm`);
  });

  test("is fetched anew when the kept one was damaged", async () => {
    const url = registry.addFile("/filter.wasm", MODULE);
    writeFileSync(join(cache, `${sha256(MODULE)}.wasm`), "damaged");
    const { requestCount } = registry;
    expect(await markOf(await start(`url: "${url}", sha256: ${sha256(MODULE)}`))).toBe("here");
    expect(registry.requestCount).toBe(requestCount + 1);
  });

  test("ends the start with one clear line when it is another one, or not there", async () => {
    const url = registry.addFile("/other.wasm", new Uint8Array([1, 2, 3]));
    const wrong = start(`url: "${url}", sha256: ${"a".repeat(64)}`).catch((error: unknown) => String(error));
    expect(await wrong).toMatch(/error SPK_MODULE_HASH_MISMATCH: .*filter mark: https:.*has the sha256 [0-9a-f]{64}/);
    const missing = start(`url: "${url}.none", sha256: ${"b".repeat(64)}`).catch((error: unknown) => String(error));
    expect(await missing).toMatch(/error SPK_MODULE_UNREACHABLE: .*filter mark: .*the server answers 404/);
  });
});

describe("a filter in a registry", () => {
  test.each(Object.keys(LAYOUTS))("may be %s", async (layout) => {
    const layers = (LAYOUTS[layout] as (typeof LAYOUTS)[string])(MODULE);
    const reference = registry.addImage(`filters/${layout.replaceAll(/\W+/g, "-").toLowerCase()}`, layers);
    expect(await markOf(await start(`oci: "${reference}"`))).toBe("here");
    const { requestCount } = registry;
    await proxy?.dispose();
    expect(await markOf(await start(`oci: "${reference}"`))).toBe("here");
    expect(registry.requestCount).toBe(requestCount);
  });

  test("is had with the token that everybody is given", async () => {
    const reference = registry.addImage("public/one", LAYOUTS["a single layer that is the module"]?.(MODULE) ?? []);
    registry.wantsToken = true;
    expect(await markOf(await start(`oci: "${reference}"`))).toBe("here");
    registry.wantsToken = false;
  });

  test("ends the start when what comes has another digest", async () => {
    const content = new Uint8Array([...MODULE, 0]);
    const reference = registry.addImage("damaged/one", [{ mediaType: "application/wasm", content }]);
    registry.damage(content);
    const outcome = start(`oci: "${reference}"`).catch((error: unknown) => String(error));
    expect(await outcome).toMatch(/error SPK_MODULE_UNREACHABLE: .*another digest/);
  });
});
