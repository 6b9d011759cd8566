/** What a person sees who starts the program without a config: the demo, from an empty directory to a clean stop. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePortRun } from "./support/free-port.ts";
import { H3Client } from "./support/h3-client.ts";
import { repository } from "./support/repository-files.ts";

const START_DEADLINE_MS = 15_000;
const PORT = freePortRun(4);

interface DemoProcess {
  readonly process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  output(): string;
}

function startDemo(directory: string): DemoProcess {
  const process_ = Bun.spawn([process.execPath, join(repository, "src/main.ts")], {
    cwd: directory,
    env: { ...process.env, SPOOKY_STATE_DIR: join(directory, "state"), SPOOKY_DEMO_PORT: `${PORT}`, RUST_LOG: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const pieces: string[] = [];
  for (const stream of [process_.stdout, process_.stderr]) void collect(stream, pieces);
  return { process: process_, output: () => pieces.join("") };
}

async function collect(stream: ReadableStream<Uint8Array>, pieces: string[]): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) pieces.push(decoder.decode(chunk, { stream: true }));
}

async function whenServing(demo: DemoProcess): Promise<void> {
  const deadline = performance.now() + START_DEADLINE_MS;
  while (!demo.output().includes("Stop with Ctrl+C")) {
    if (demo.process.exitCode !== null) throw new Error(`the demo ended: ${demo.output()}`);
    if (performance.now() > deadline) throw new Error(`the demo did not start: ${demo.output()}`);
    await Bun.sleep(20);
  }
}

async function stop(demo: DemoProcess): Promise<number> {
  demo.process.kill("SIGTERM");
  return demo.process.exited;
}

describe("the demo", () => {
  let directory = "";
  let demo: DemoProcess;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "spooky-demo-"));
    demo = startDemo(directory);
    await whenServing(demo);
  }, START_DEADLINE_MS + 5000);

  afterAll(async () => {
    if (demo.process.exitCode === null) demo.process.kill("SIGKILL");
    await demo.process.exited;
    rmSync(directory, { recursive: true });
  });

  test("says what to try and how to trust its certificate", () => {
    expect(demo.output()).toContain(`wrote ${join(directory, "spooky.yaml")}`);
    expect(demo.output()).toContain(`https://localhost:${PORT}`);
    expect(demo.output()).toContain(join(directory, "state", "development-ca.pem"));
  });

  test("keeps its key to itself", () => {
    expect(statSync(join(directory, "state")).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, "state", "localhost-key.pem")).mode & 0o777).toBe(0o600);
  });

  test("answers over HTTP/3, with the router, the filter and the balancer in the way", async () => {
    const client = await H3Client.connect(PORT);
    try {
      const { status, headers, body } = await client.request({
        path: "/headers",
        headers: { "x-powered-by": "steam" },
      });
      expect(status).toBe(200);
      expect(headers["x-spooky-upstream"]).toBe("demo");
      expect(headers["x-spooky-request-id"]).toBeTruthy();
      const seen: Record<string, string> = JSON.parse(new TextDecoder().decode(body));
      expect(seen["x-spooky-client"]).toBe("127.0.0.1 over HTTP/3");
      expect(seen["x-powered-by"]).toBeUndefined();
    } finally {
      client.close();
    }
  });

  test("answers over HTTP/2 with a certificate that its authority vouches for, and points to HTTP/3", async () => {
    const session = connectHttp2(`https://localhost:${PORT}`, {
      ca: readFileSync(join(directory, "state", "development-ca.pem")),
    });
    try {
      const head = await new Promise<Record<string, unknown>>((resolve, reject) => {
        session.on("error", reject);
        const stream = session.request({ ":path": "/" });
        stream.on("response", (headers) => resolve({ ...headers }));
        stream.on("error", reject);
        stream.resume();
      });
      expect(head[":status"]).toBe(200);
      expect(head["alt-svc"]).toContain(`h3=":${PORT}"`);
    } finally {
      session.destroy();
    }
  });

  test("tells of its health and counts the requests", async () => {
    expect((await fetch(`http://127.0.0.1:${PORT + 3}/health`)).status).toBe(200);
    const ready = await (await fetch(`http://127.0.0.1:${PORT + 3}/ready`)).json();
    expect(ready).toMatchObject({ ready: true, filters: [{ name: expect.any(String), state: "serving" }] });
    const metrics = await (await fetch(`http://127.0.0.1:${PORT + 2}/metrics`)).text();
    expect(Number(/^spooky_requests_total (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThanOrEqual(2);
  });

  test("is one clear line when its port is taken", async () => {
    const other = join(directory, "other");
    mkdirSync(other);
    const second = startDemo(other);
    expect(await second.process.exited).toBe(1);
    await Bun.sleep(20);
    const errors = second
      .output()
      .split("\n")
      .filter((line) => line.includes("error "));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("SPK_LISTEN_ADDRESS_IN_USE");
  });

  test("stops cleanly, and starts again with the config and the certificate that are there", async () => {
    expect(await stop(demo)).toBe(0);
    const configPath = join(directory, "spooky.yaml");
    const certificatePath = join(directory, "state", "localhost.pem");
    const certificate = readFileSync(certificatePath, "utf8");
    const edited = `${readFileSync(configPath, "utf8")}# mine\n`;
    writeFileSync(configPath, edited);

    demo = startDemo(directory);
    await whenServing(demo);
    expect(demo.output()).toContain(`using ${configPath}`);
    expect(readFileSync(configPath, "utf8")).toBe(edited);
    expect(readFileSync(certificatePath, "utf8")).toBe(certificate);
    expect(await stop(demo)).toBe(0);
  }, 40_000);

  test("shows a mistake in the config with its place and starts nothing", async () => {
    const wrong = join(directory, "wrong");
    mkdirSync(wrong);
    writeFileSync(join(wrong, "spooky.yaml"), "version: 1\nupstreams: {}\n");
    const failing = startDemo(wrong);
    expect(await failing.process.exited).toBe(1);
    await Bun.sleep(20);
    expect(failing.output()).toContain("spooky.yaml:2:1: error SPK_CONFIG_UNKNOWN_KEY");
    expect(existsSync(join(wrong, "state", "localhost.pem"))).toBe(true);
  });
});
