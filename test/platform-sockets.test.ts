import { afterEach, describe, expect, test } from "bun:test";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, connect, type AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { FAILURES } from "../src/errors/catalogue.ts";
import type { Failure } from "../src/errors/failure.ts";
import { SpookyError } from "../src/errors/spooky-error.ts";
import { localPortOf } from "../src/platform/descriptors.ts";
import { libc } from "../src/platform/libc.ts";
import { createSharedMemory, mapSharedMemory } from "../src/platform/shared-memory.ts";
import { checkPortIsFree, closeFd, openTcpSocket, openUdpSocket, socketBufferBytes } from "../src/platform/sockets.ts";

const BUFFERS = { recvBufferBytes: 65_536, sendBufferBytes: 65_536 };
const IPPROTO_IP = 0;
const IPPROTO_IPV6 = 41;
const hasIpv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some((one) => one.address === "::1"));

const opened: number[] = [];
function keep(fd: number): number {
  opened.push(fd);
  return fd;
}
afterEach(() => {
  for (const fd of opened.splice(0)) closeFd(fd);
});

function udp(address: string, port: number): number {
  return keep(openUdpSocket({ address, port, ...BUFFERS }));
}

function portOf(fd: number): number {
  const port = localPortOf(fd);
  if (port === undefined) throw new Error(`${fd} is no socket`);
  return port;
}

function failureOf(action: () => unknown): SpookyError {
  try {
    action();
  } catch (error) {
    if (error instanceof SpookyError) return error;
    throw error;
  }
  throw new Error("nothing failed");
}

function expectFailure(action: () => unknown, failure: Failure): SpookyError {
  const error = failureOf(action);
  expect(error.code).toBe(failure.code);
  expect(error.hint).toBeString();
  return error;
}

describe("openUdpSocket", () => {
  test("lets several sockets share one port", () => {
    const first = udp("127.0.0.1", 0);
    expect(portOf(udp("127.0.0.1", portOf(first)))).toBe(portOf(first));
  });

  test("sets what QUIC needs and leaves IP_RECVERR off", () => {
    const fd = udp("127.0.0.1", 0);
    const option = (name: number): number => libc().getsockopt(fd, IPPROTO_IP, name);
    expect({ pktinfo: option(8), recvTos: option(13), mtuDiscover: option(10), recvErr: option(11) }).toEqual({
      pktinfo: 1,
      recvTos: 1,
      mtuDiscover: 3,
      recvErr: 0,
    });
  });

  test("does not let another user's process in with SO_REUSEADDR", () => {
    expect(libc().getsockopt(udp("127.0.0.1", 0), 1, 2)).toBe(0);
  });

  test("grants the wanted buffers and tells how much it was", () => {
    const fd = udp("127.0.0.1", 0);
    expect(socketBufferBytes(fd, "receive")).toBe(65_536);
    expect(socketBufferBytes(fd, "send")).toBe(65_536);
  });

  test.skipIf(!hasIpv6)("takes IPv6 and IPv4 clients on ::", async () => {
    const fd = udp("::", 0);
    const option = (name: number): number => libc().getsockopt(fd, IPPROTO_IPV6, name);
    expect({ only: option(26), pktinfo: option(49), tclass: option(66), mtu: option(23), recvErr: option(25) }).toEqual(
      {
        only: 0,
        pktinfo: 1,
        tclass: 1,
        mtu: 3,
        recvErr: 0,
      },
    );
    expectFailure(() => checkPortIsFree({ address: "127.0.0.1", port: portOf(fd) }), FAILURES.listenAddressInUse);
  });

  test("refuses what is no address of this machine", () => {
    for (const address of ["localhost", "192.0.2.1", "fe80::1%nosuchinterface"]) {
      expectFailure(() => udp(address, 0), FAILURES.listenAddressUnavailable);
    }
  });

  test("closes the socket that it could not bind", () => {
    const before = libc().socket(2, 1, 0);
    closeFd(before);
    expectFailure(() => udp("192.0.2.1", 0), FAILURES.listenAddressUnavailable);
    const after = libc().socket(2, 1, 0);
    closeFd(after);
    expect(after).toBe(before);
  });
});

describe("openTcpSocket", () => {
  test("listens and lets several sockets share one port", async () => {
    const first = keep(openTcpSocket({ address: "127.0.0.1", port: 0 }));
    const port = portOf(first);
    keep(openTcpSocket({ address: "127.0.0.1", port }));
    const client = connect(port, "127.0.0.1");
    await once(client, "connect");
    client.destroy();
  });
});

describe("checkPortIsFree", () => {
  test("finds a UDP socket of the same user although ours share ports", () => {
    const port = portOf(udp("127.0.0.1", 0));
    const error = expectFailure(() => checkPortIsFree({ address: "127.0.0.1", port }), FAILURES.listenAddressInUse);
    expect(error.detail).toBe(`UDP 127.0.0.1:${port}`);
    expect(error.hint).toContain(`:${port}`);
  });

  test("finds a TCP listener of the same user although ours share ports", () => {
    const port = portOf(keep(openTcpSocket({ address: "127.0.0.1", port: 0 })));
    const error = expectFailure(() => checkPortIsFree({ address: "127.0.0.1", port }), FAILURES.listenAddressInUse);
    expect(error.detail).toBe(`TCP 127.0.0.1:${port}`);
  });

  test("finds sockets that another library opened", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const tcpPort = (server.address() as AddressInfo).port;
    expectFailure(() => checkPortIsFree({ address: "0.0.0.0", port: tcpPort }), FAILURES.listenAddressInUse);
    server.close();
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    expectFailure(
      () => checkPortIsFree({ address: "0.0.0.0", port: socket.address().port }),
      FAILURES.listenAddressInUse,
    );
    socket.close();
  });

  test("leaves a free port free, also right after connections to it", async () => {
    const fd = openTcpSocket({ address: "127.0.0.1", port: 0 });
    const port = portOf(fd);
    const client = connect(port, "127.0.0.1");
    await once(client, "connect");
    client.destroy();
    closeFd(fd);
    checkPortIsFree({ address: "127.0.0.1", port });
    expect(portOf(keep(openTcpSocket({ address: "127.0.0.1", port })))).toBe(port);
  });

  test.skipIf(process.getuid?.() === 0)("says what a port below 1024 needs", () => {
    expectFailure(() => checkPortIsFree({ address: "127.0.0.1", port: 1 }), FAILURES.listenDenied);
  });
});

describe("a child process", () => {
  test("gets the sockets and the shared memory that it is handed, and no others", async () => {
    const port = portOf(udp("127.0.0.1", 0));
    const socket = udp("127.0.0.1", port);
    const memory = createSharedMemory(4096);
    keep(memory.fd);
    const cells = new Float64Array(mapSharedMemory(memory.fd));
    cells[0] = 1;
    const script = `
      import { localPortOf } from ${JSON.stringify(`${import.meta.dir}/../src/platform/descriptors.ts`)};
      import { mapSharedMemory } from ${JSON.stringify(`${import.meta.dir}/../src/platform/shared-memory.ts`)};
      import { readdirSync, readlinkSync } from "node:fs";
      const cells = new Float64Array(mapSharedMemory(3));
      cells[1] = cells[0] + 41;
      cells[2] = localPortOf(4);
      cells[3] = readdirSync("/proc/self/fd").filter((fd) => {
        try {
          // Standard output may be a socket too.
          return fd > 2 && readlinkSync("/proc/self/fd/" + fd).startsWith("socket:");
        } catch {
          return false;
        }
      }).length;
    `;
    const child = Bun.spawn([process.execPath, "-e", script], {
      stdio: ["ignore", "inherit", "inherit", memory.fd, socket],
    });
    expect(await child.exited).toBe(0);
    expect([...cells.subarray(0, 4)]).toEqual([1, 42, port, 1]);
  });
});
