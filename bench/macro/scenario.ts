import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DevelopmentCertificate, openDevelopmentCertificate } from "../../src/cli/demo/certificate.ts";
import { type DaemonPorts, DaemonProcess } from "../../test/support/daemon-process.ts";
import type { LoadOptions, LoadResult } from "../load/load-options.ts";
import { processTree, readUsage } from "./process-usage.ts";

const repository = new URL("../..", import.meta.url).pathname;

/** One run of the macro benchmark. */
export interface Scenario extends Omit<LoadOptions, "port" | "path"> {
  readonly shardCount: number;
  /** Size of each response body, in bytes. */
  readonly responseBytes: number;
}

export interface ScenarioResult extends LoadResult {
  readonly requestsPerSecond: number;
  /** User and system time of supervisor and shards, for each counted request. */
  readonly cpuMicrosPerRequest: number;
  /** Of supervisor and shards together, at the end. */
  readonly rssBytes: number;
}

/** Starts a backend, a proxy and a load driver, each on its own, runs the scenario, and ends all three. */
export async function runScenario(scenario: Scenario): Promise<ScenarioResult> {
  const directory = mkdtempSync(join(tmpdir(), "spooky-bench-"));
  const certificate = await openDevelopmentCertificate(directory);
  const backend = spawnScript("bench/macro/backend-process.ts");
  try {
    const backendPort = Number(await firstLine(backend.stdout));
    const proxy = new DaemonProcess({
      command: [process.execPath, join(repository, "src/main.ts"), "--config"],
      config: (ports) => proxyConfig(scenario.shardCount, ports, backendPort, certificate),
    });
    try {
      await proxy.untilReady();
      return await measureLoad(scenario, proxy);
    } finally {
      await proxy.dispose();
    }
  } finally {
    backend.kill();
    await backend.exited;
    rmSync(directory, { recursive: true });
  }
}

async function measureLoad(scenario: Scenario, proxy: DaemonProcess): Promise<ScenarioResult> {
  const { shardCount: _, responseBytes, ...load } = scenario;
  const options: LoadOptions = { ...load, port: proxy.ports.listen, path: `/bytes/${responseBytes}` };
  const driver = spawnScript("bench/load/load-process.ts", JSON.stringify(options));
  const lines = readLines(driver.stdout);
  const started = await lines.next();
  if (started.value !== "counting") throw new Error("the load driver could not start; is the proxy well?");
  const pids = processTree(proxy.pid);
  const before = readUsage(pids);
  const line = await lines.next();
  const after = readUsage(pids);
  await driver.exited;
  if (line.value === undefined) throw new Error("the load driver ended without a result");
  const result: LoadResult = JSON.parse(line.value);
  return {
    ...result,
    requestsPerSecond: (result.requestCount / result.elapsedMs) * 1000,
    cpuMicrosPerRequest: ((after.cpuMs - before.cpuMs) * 1000) / Math.max(result.requestCount, 1),
    rssBytes: after.rssBytes,
  };
}

/** All three kinds of module are in the way, as in the demo; the access log is not, for nobody reads it here. */
function proxyConfig(
  shardCount: number,
  ports: DaemonPorts,
  backendPort: number,
  certificate: DevelopmentCertificate,
): string {
  return `version: 1
listen:
  address: 127.0.0.1
  port: ${ports.listen}
  tls: { cert: ${JSON.stringify(certificate.certificatePath)}, key: ${JSON.stringify(certificate.keyPath)} }
performance:
  worker_threads: ${shardCount}
log:
  level: warn
observability:
  metrics: { port: ${ports.metrics} }
  control_api: { port: ${ports.control} }
routing:
  builtin: router
filters:
  - name: header-rewrite
    builtin: header-rewrite
    config:
      request:
        set: { x-spooky-client: "\${client_address} over \${protocol}" }
      response:
        set: { x-spooky-request-id: "\${request_id}" }
upstream:
  bench:
    route: { path_prefix: / }
    load_balancing: { type: round-robin }
    backends:
      - { id: bench, address: "http://127.0.0.1:${backendPort}" }
`;
}

function spawnScript(script: string, ...args: string[]): Bun.Subprocess<"ignore", "pipe", "inherit"> {
  return Bun.spawn([process.execPath, join(repository, script), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
  });
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  for await (const line of readLines(stream)) return line;
  throw new Error("a process ended before it said anything");
}

async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
