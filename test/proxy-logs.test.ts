import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { H3Client } from "./support/h3-client.ts";
import { Http2Backend } from "./support/http2-backend.ts";
import { simpleUpstream, startProxy } from "./support/proxy.ts";

let backend: Http2Backend;
let folder = "";

beforeAll(async () => {
  backend = await Http2Backend.start((stream) => stream.respond({ ":status": 204 }, { endStream: true }));
  folder = mkdtempSync(join(tmpdir(), "spooky-logs-"));
});

afterAll(() => {
  backend.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function askOnce(port: number): Promise<void> {
  const client = await H3Client.connect(port);
  await client.get("/hello");
  client.close();
}

describe("the log", () => {
  test("goes to log.file, of the supervisor and of every shard, readable for its group only", async () => {
    const path = join(folder, "spooky.log");
    const proxy = await startProxy({
      upstream: simpleUpstream(backend.address),
      logLevel: `info\n  file: {enabled: true, path: "${path}"}`,
    });
    await askOnce(proxy.ports.listen);
    await proxy.until(() => readFileSync(path, "utf8").includes("path=/hello"));
    expect(readFileSync(path, "utf8")).toMatch(/spooky_supervisor: ready/);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(proxy.stderr).not.toContain("path=/hello");
    await proxy.dispose();
  });

  test("is JSON when asked, under the levels that RUST_LOG gives each part", async () => {
    const proxy = await startProxy({
      upstream: simpleUpstream(backend.address),
      logLevel: "scream\n  format: json",
      env: { RUST_LOG: "spooky_access=spooky" },
    });
    await askOnce(proxy.ports.listen);
    await proxy.until(() => proxy.stderr.includes('"/hello"'));
    const lines = proxy.stderr.split("\n").filter((line) => line.startsWith("{"));
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries.map(({ target }) => target)).toEqual(["spooky_access"]);
    expect(entries[0]).toMatchObject({ level: "info", method: "GET", path: "/hello", status: 204, upstream: "app" });
    await proxy.dispose();
  });
});
