/**
 * A shard whose data plane is a toy: everything else about it is real. It speaks lines over TCP, and does to itself what
 * a test asks for. `STAND_IN_START` says how its start goes wrong: `refuse`, `exit` or `exit-N` (only shard N).
 */
import { createServer, type Server, type Socket } from "node:net";
import { FAILURES } from "../../src/errors/catalogue.ts";
import { SpookyError } from "../../src/errors/spooky-error.ts";
import { OUTCOME } from "../../src/observe/outcome.ts";
import type { DataPlane, DataPlaneOptions } from "../../src/shard/data-plane-port.ts";
import { runShard } from "../../src/shard/run-shard.ts";

runShard(async (options) => {
  failAsAsked(options.shardIndex);
  const log = options.log.forTarget("spooky_edge");
  const open = new Set<Socket>();
  const servers = await Promise.all(
    options.sockets.map(({ tcpFd, listenerIndex }) => listen(tcpFd, (socket) => serve(socket, listenerIndex))),
  );
  log.log("debug", "stand-in serves");

  function serve(socket: Socket, listenerIndex: number): void {
    open.add(socket);
    options.metrics.connectionOpened(listenerIndex, "h2");
    socket.on("error", () => {});
    socket.on("close", () => {
      open.delete(socket);
      options.metrics.connectionClosed();
    });
    socket.on("data", (data) => obey(socket, String(data).trim(), options));
  }

  return dataPlane(servers, open);
});

function failAsAsked(shardIndex: number): void {
  switch (process.env["STAND_IN_START"]) {
    case "refuse":
      throw new SpookyError(FAILURES.moduleMissing, "no such module", {
        place: { file: "a.yaml", line: 3 },
        hint: "Build it.",
      });
    case "exit":
    case `exit-${shardIndex}`:
      process.exit(9);
  }
}

function listen(fd: number, onSocket: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(onSocket);
    server.listen({ fd }, () => resolve(server));
  });
}

function obey(socket: Socket, command: string, { metrics, shardIndex }: DataPlaneOptions): void {
  metrics.requestStarted();
  switch (command) {
    case "throw":
      throw new Error("thrown on demand");
    case "reject":
      void Promise.reject(new Error("rejected on demand"));
      return;
    case "spin":
      for (;;);
    default:
      metrics.requestFinished(0, 0, 200, OUTCOME.success, 2);
      socket.write(`shard ${shardIndex} pid ${process.pid}\n`);
  }
}

function dataPlane(servers: readonly Server[], open: ReadonlySet<Socket>): DataPlane {
  return {
    async drain(deadlineMs) {
      for (const server of servers) server.close();
      if (process.env["STAND_IN_DRAIN"] === "never") await new Promise(() => {});
      const endMs = performance.now() + deadlineMs;
      while (open.size > 0 && performance.now() < endMs) await Bun.sleep(10);
    },
    stop() {
      for (const server of servers) server.close();
    },
  };
}
