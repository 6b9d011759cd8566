import { SpookyError } from "../../src/errors/spooky-error.ts";
import { localPortOf } from "../../src/platform/descriptors.ts";
import { checkPortIsFree, closeFd, openTcpSocket } from "../../src/platform/sockets.ts";

/** A port of 127.0.0.1 that is free for TCP and UDP just now. */
export function freePort(): number {
  return freePortRun(1);
}

/** The first of `length` such ports in a row. */
export function freePortRun(length: number): number {
  for (let attempt = 0; attempt < 20; attempt++) {
    const fd = openTcpSocket({ address: "127.0.0.1", port: 0 });
    const port = localPortOf(fd) ?? 0;
    closeFd(fd);
    try {
      for (let i = 0; i < length; i++) checkPortIsFree({ address: "127.0.0.1", port: port + i });
      return port;
    } catch (error) {
      if (!(error instanceof SpookyError)) throw error;
    }
  }
  throw new Error("no port is free");
}
