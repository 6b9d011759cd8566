import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { type DaemonPorts, DaemonProcess } from "./daemon-process.ts";

/** The supervisor over stand-in shards, two of them unless told otherwise. */
export function startStandInDaemon(
  options: {
    readonly shardCount?: number;
    readonly drainMs?: number;
    readonly format?: "plain" | "json";
    readonly isRequired?: boolean;
    readonly env?: Readonly<Record<string, string>>;
    readonly ports?: Partial<DaemonPorts>;
  } = {},
): DaemonProcess {
  const { shardCount = 2, drainMs = 3000, format = "json", isRequired = false, env = {}, ports = {} } = options;
  return new DaemonProcess({
    command: [process.execPath, join(import.meta.dir, "stand-in-daemon.ts")],
    env,
    ports,
    config: ({ listen, metrics, control }) => `
listen: { protocol: http3, address: 127.0.0.1, port: ${listen}, tls: { cert: /never/read.pem, key: /never/read.pem } }
upstream:
  api: { route: { path_prefix: / }, backends: [{ id: b1, address: "https://127.0.0.1:1" }] }
log: { level: info, format: ${format} }
performance: { worker_threads: ${shardCount}, shutdown_drain_timeout_ms: ${drainMs} }
observability:
  metrics: { enabled: true, required: ${isRequired}, port: ${metrics} }
  control_api: { enabled: true, required: ${isRequired}, port: ${control} }
`,
  });
}

/** A line from a stand-in shard: which shard it was and in which process. */
export interface StandInAnswer {
  readonly shard: number;
  readonly pid: number;
}

/** A connection to whichever stand-in shard the kernel chose. */
export class StandInClient {
  readonly #socket: Socket;
  readonly #closed: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => socket.on("close", () => resolve()));
    socket.on("error", () => {});
  }

  static connect(port: number): Promise<StandInClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => resolve(new StandInClient(socket)));
      socket.once("error", reject);
    });
  }

  async ask(command: string): Promise<StandInAnswer> {
    const answer = new Promise<string>((resolve) => this.#socket.once("data", (data) => resolve(String(data))));
    this.#socket.write(`${command}\n`);
    const text = await Promise.race([answer, this.#closed.then(() => "")]);
    const [, shard, pid] = /^shard (\d+) pid (\d+)$/m.exec(text) ?? [];
    if (pid === undefined) throw new Error("closed without an answer");
    return { shard: Number(shard), pid: Number(pid) };
  }

  /** Sends what is not answered. */
  tell(command: string): void {
    this.#socket.write(`${command}\n`);
  }

  get closed(): Promise<void> {
    return this.#closed;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Connects until the kernel has chosen the wanted shard. */
export async function clientOf(port: number, shard: number): Promise<StandInClient> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const client = await StandInClient.connect(port);
    if ((await client.ask("who")).shard === shard) return client;
    client.close();
    await client.closed;
  }
  throw new Error(`shard ${shard} was never chosen`);
}
