import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

/** What `/ready` says, as far as tests look. */
export interface Readiness {
  readonly ready: boolean;
  readonly draining: boolean;
  readonly total_backends: number;
  readonly shards: readonly {
    readonly index: number;
    readonly state: string;
    readonly pid: number | null;
    readonly restarts: number;
  }[];
}

export interface DaemonProcessOptions {
  /** The program and its arguments; the config file's path is added. */
  readonly command: readonly string[];
  /** The config; ports by the names of {@link DaemonPorts}. */
  readonly config: (ports: DaemonPorts) => string;
  readonly env?: Readonly<Record<string, string>>;
  readonly ports?: Partial<DaemonPorts>;
}

export interface DaemonPorts {
  readonly listen: number;
  readonly metrics: number;
  readonly control: number;
}

/** A supervisor with its shards in processes of their own, ended by pid at the end of a test. */
export class DaemonProcess {
  readonly ports: DaemonPorts;
  readonly configPath: string;
  readonly #directory: string = mkdtempSync(join(tmpdir(), "spooky-daemon-"));
  readonly #child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly #endOfOutput: Promise<unknown>;
  #stdout = "";
  #stderr = "";

  constructor({ command, config, env = {}, ports = {} }: DaemonProcessOptions) {
    this.ports = { listen: freePort(), metrics: freePort(), control: freePort(), ...ports };
    this.configPath = join(this.#directory, "spooky.yaml");
    writeFileSync(this.configPath, config(this.ports));
    this.#child = Bun.spawn([...command, this.configPath], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, RUST_LOG: "", ...env },
    });
    this.#endOfOutput = Promise.all([
      collect(this.#child.stdout, (text) => (this.#stdout += text)),
      collect(this.#child.stderr, (text) => (this.#stderr += text)),
    ]);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Exit code, when the process and all that it printed are there. */
  async exited(): Promise<number | null> {
    await this.#child.exited;
    await Promise.race([this.#endOfOutput, Bun.sleep(2000)]);
    return this.#child.exitCode;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async readiness(): Promise<Readiness & { status: number }> {
    const response = await fetch(`http://127.0.0.1:${this.ports.control}/ready`, { keepalive: false });
    return { status: response.status, ...((await response.json()) as Readiness) };
  }

  /** Throws at once, with all that it printed, when the process ends instead. */
  async untilReady(timeoutMs = 10_000): Promise<void> {
    const ended = this.exited().then((code) => {
      throw new Error(`it ended with ${code}\n${this.#stdout}${this.#stderr}`);
    });
    await Promise.race([this.until(async () => (await this.readiness()).ready, timeoutMs), ended]);
  }

  /** Pid of a shard that now runs. */
  async shardPid(index: number): Promise<number> {
    const pid = (await this.readiness()).shards[index]?.pid;
    if (pid === null || pid === undefined) throw new Error(`shard ${index} does not run`);
    return pid;
  }

  /** Values by `name{labels}`. */
  async metrics(): Promise<Map<string, number>> {
    const response = await fetch(`http://127.0.0.1:${this.ports.metrics}/metrics`, { keepalive: false });
    const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return new Map(
      lines.map((line) => {
        const space = line.lastIndexOf(" ");
        return [line.slice(0, space), Number(line.slice(space + 1))];
      }),
    );
  }

  /** Asks until it is so; a question that fails counts as no. */
  async until(question: () => Promise<boolean> | boolean, timeoutMs = 10_000): Promise<void> {
    const endMs = performance.now() + timeoutMs;
    let failure: unknown;
    while (performance.now() < endMs) {
      try {
        if (await question()) return;
      } catch (error) {
        failure = error;
      }
      await Bun.sleep(20);
    }
    throw new Error(`still not so after ${timeoutMs} ms; ${String(failure)}\n${this.#stdout}${this.#stderr}`);
  }

  /** Ends whatever still runs; its shards die with it. */
  async dispose(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

async function collect(stream: ReadableStream<Uint8Array>, onText: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) onText(decoder.decode(chunk, { stream: true }));
}

/** Whether a process runs; one that is dead and only not reaped yet does not. */
export function isAlive(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The state follows the name, which stands in parentheses and may hold anything (proc_pid_stat(5)).
    return status[status.lastIndexOf(")") + 2] !== "Z";
  } catch {
    return false;
  }
}
