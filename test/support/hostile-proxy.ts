/**
 * A proxy with one route for each hostile filter, and one beside them that must not notice.
 * @module
 */
import { expect } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DaemonProcess } from "./daemon-process.ts";
import { Http2Backend } from "./http2-backend.ts";
import { startProxy } from "./proxy.ts";
import { textModule } from "./text-module.ts";
import { requestHttp1, type TextResponse } from "./tls-client.ts";

/** Most that a shard may need for the few small modules of one test file. */
const SHARD_MEMORY_BYTES = 600 * 1024 * 1024;
const PAGE_BYTES = 4096;

export interface HostileFilter {
  /** What the module imports. */
  readonly imports?: string;
  /** Functions and data of its own. */
  readonly extra?: string;
  /** What `proxy_on_request_headers` does; its parameters are `$id`, `$count` and `$end`. The result is the action. */
  readonly onRequestHeaders: string;
  /** Further keys of the filter's entry, as YAML without line breaks. */
  readonly entry?: string;
}

/** A module of the ABI around what `filter` does. Its allocator always gives the same address. */
export function hostileModule({ imports = "", extra = "", onRequestHeaders }: HostileFilter): Uint8Array {
  return textModule(`(module
  ${imports}
  (memory (export "memory") 2)
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_context_create") (param i32 i32))
  ${extra.includes('"malloc"') ? "" : '(func (export "malloc") (param i32) (result i32) (i32.const 65536))'}
  ${extra}
  (func (export "proxy_on_request_headers") (param $id i32) (param $count i32) (param $end i32) (result i32)
    (local $i i32)
    ${onRequestHeaders}))`);
}

/** Tells what fields it saw, after `x-delay` milliseconds. */
function startBackend(): Promise<Http2Backend> {
  return Http2Backend.start((stream, headers) => {
    stream.respond({ ":status": 200 });
    const text = JSON.stringify({ ...headers });
    setTimeout(() => stream.end(text), Number(headers["x-delay"] ?? 0));
  });
}

export class HostileProxy {
  readonly proxy: DaemonProcess;
  readonly #backends: readonly Http2Backend[];
  readonly #folder: string;
  readonly #pid: number;

  private constructor(proxy: DaemonProcess, backends: readonly Http2Backend[], folder: string, pid: number) {
    this.proxy = proxy;
    this.#backends = backends;
    this.#folder = folder;
    this.#pid = pid;
  }

  /** Filters by name; each is in an upstream of its name, with the route `/name`. */
  static async start(filters: Readonly<Record<string, HostileFilter>>): Promise<HostileProxy> {
    const folder = mkdtempSync(join(tmpdir(), "spooky-hostile-"));
    const backends: Http2Backend[] = [];
    const upstreams: string[] = [];
    const add = async (name: string, path: string, rest: string): Promise<void> => {
      const backend = await startBackend();
      backends.push(backend);
      const target = `backends: [{id: b0, address: "${backend.address}"}]`;
      upstreams.push(`${name}:\n  route: {path_prefix: ${path}}\n  ${target}${rest}`);
    };
    await add("good", "/", "");
    for (const [name, filter] of Object.entries(filters)) {
      const file = join(folder, `${name}.wasm`);
      writeFileSync(file, hostileModule(filter));
      const entry = filter.entry === undefined ? "" : `, ${filter.entry}`;
      await add(name, `/${name}`, `\n  filters: [{name: ${name}, file: "${file}"${entry}}]`);
    }
    const proxy = await startProxy({ upstream: upstreams.join("\n") });
    return new HostileProxy(proxy, backends, folder, await proxy.shardPid(0));
  }

  /** Everything that was logged. */
  get log(): string {
    return this.proxy.stdout + this.proxy.stderr;
  }

  /** Sends a request to a hostile filter's route while others go to the good one, which must be answered. */
  async attack(name: string, headers: Record<string, string> = {}): Promise<TextResponse> {
    const { listen } = this.proxy.ports;
    const attacked = requestHttp1(listen, `/${name}`, { headers });
    const good = await Promise.all([1, 2, 3].map(() => requestHttp1(listen, "/")));
    const response = await attacked;
    const after = await requestHttp1(listen, "/");
    expect([...good, after].map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    return response;
  }

  /** The shard is the one that there was, and of a bearable size. */
  async expectUnharmed(): Promise<void> {
    expect(await this.proxy.shardPid(0)).toBe(this.#pid);
    const pages = Number(readFileSync(`/proc/${this.#pid}/statm`, "utf8").split(" ")[1]);
    expect(pages * PAGE_BYTES).toBeLessThan(SHARD_MEMORY_BYTES);
  }

  /** Waits for a line of the log that holds all of the texts. */
  async untilLogged(...texts: readonly (string | RegExp)[]): Promise<void> {
    const isIn = (line: string): boolean => texts.every((text) => line.search(text) !== -1);
    await this.proxy.until(() => this.log.split("\n").some(isIn), 3000);
  }

  async dispose(): Promise<void> {
    await this.proxy.dispose();
    for (const backend of this.#backends) backend.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
