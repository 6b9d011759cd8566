/** Packets that wait at the bottleneck; more are dropped, as a router does. */
const QUEUE_PACKETS = 200;
const TICK_MS = 5;

/** A bottleneck between a client and a server: what the server sends passes at a limited rate. */
export class UdpRelay {
  readonly port: number;
  /** Bytes from the server that passed so far. */
  passedBytes = 0;
  bytesPerSecond: number;
  readonly #close: () => void;

  private constructor(port: number, bytesPerSecond: number, close: () => void) {
    this.port = port;
    this.bytesPerSecond = bytesPerSecond;
    this.#close = close;
  }

  /** Relays one client to `serverPort`, both on 127.0.0.1. */
  static async start(serverPort: number, bytesPerSecond: number): Promise<UdpRelay> {
    let client: { port: number; address: string } | undefined;
    const queue: Buffer[] = [];
    const outside = await Bun.udpSocket({
      hostname: "127.0.0.1",
      socket: {
        data(_socket, data, port, address) {
          client = { port, address };
          inside.send(data);
        },
      },
    });
    const inside = await Bun.udpSocket({
      hostname: "127.0.0.1",
      connect: { hostname: "127.0.0.1", port: serverPort },
      socket: {
        data(_socket, data) {
          if (queue.length < QUEUE_PACKETS) queue.push(Buffer.from(data));
        },
      },
    });
    let allowance = 0;
    let lastMs = performance.now();
    const timer = setInterval(() => {
      const nowMs = performance.now();
      allowance = Math.min(allowance + ((nowMs - lastMs) / 1000) * relay.bytesPerSecond, relay.bytesPerSecond / 10);
      lastMs = nowMs;
      while (client !== undefined && allowance > 0) {
        const packet = queue.shift();
        if (packet === undefined) return;
        allowance -= packet.length;
        relay.passedBytes += packet.length;
        outside.send(packet, client.port, client.address);
      }
    }, TICK_MS);
    const relay = new UdpRelay(outside.port, bytesPerSecond, () => {
      clearInterval(timer);
      outside.close();
      inside.close();
    });
    return relay;
  }

  close(): void {
    this.#close();
  }
}
