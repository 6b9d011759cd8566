/**
 * Puts a UDP socket of our own under a `node:quic` endpoint.
 *
 * The runtime has no `fd` and no `reusePort` option, and it sets IP_RECVERR, which makes one vanished client stall new
 * handshakes for seconds. So an endpoint first listens on a throw-away loopback port; then the descriptor of that
 * socket is replaced by ours (`dup3`) and registered again with the event loop under the same key, which the kernel
 * shows in `/proc/self/fdinfo`. The endpoint never notices. Linux only.
 * @module
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { FAILURES } from "../errors/catalogue.ts";
import { SpookyError } from "../errors/spooky-error.ts";
import { addToEpoll, localPortOf, replaceDescriptor } from "../platform/descriptors.ts";

const OPEN_DESCRIPTORS = "/proc/self/fd";

/** A descriptor's registration with an event loop, as the kernel shows it. */
interface EpollEntry {
  readonly epollFd: number;
  readonly events: number;
  readonly data: bigint;
}

/**
 * Makes the endpoint that listens on loopback `endpointPort` send and receive through `udpFd` instead. `udpFd` stays
 * open and may be closed afterwards.
 * @throws SpookyError `SPK_SYSTEM_SOCKET_ADOPTION` when the runtime or the kernel does not behave as described above.
 */
export function adoptUdpSocket(endpointPort: number, udpFd: number): void {
  const target = findSocket(endpointPort);
  if (target === undefined) throw adoptionFailed(`no descriptor is bound to loopback port ${endpointPort}`);
  const entry = findEpollEntry(target);
  if (entry === undefined) throw adoptionFailed("the endpoint's socket is not registered with an epoll instance");
  replaceDescriptor(udpFd, target);
  addToEpoll(entry.epollFd, target, entry.events, entry.data);
  const port = localPortOf(target);
  if (port === endpointPort || findEpollEntry(target)?.data !== entry.data) {
    throw adoptionFailed("the endpoint's socket was not replaced");
  }
}

function findSocket(port: number): number | undefined {
  for (const name of readdirSync(OPEN_DESCRIPTORS)) {
    if (linkOf(name).startsWith("socket:") && localPortOf(Number(name)) === port) return Number(name);
  }
  return undefined;
}

function findEpollEntry(fd: number): EpollEntry | undefined {
  const pattern = new RegExp(`^tfd:\\s*${fd} events:\\s*([0-9a-f]+) data:\\s*([0-9a-f]+)`, "m");
  for (const name of readdirSync(OPEN_DESCRIPTORS)) {
    if (!linkOf(name).includes("eventpoll")) continue;
    const match = pattern.exec(readFileSync(`/proc/self/fdinfo/${name}`, "latin1"));
    const [, events, data] = match ?? [];
    if (events === undefined || data === undefined) continue;
    return { epollFd: Number(name), events: Number.parseInt(events, 16), data: BigInt(`0x${data}`) };
  }
  return undefined;
}

function linkOf(name: string): string {
  try {
    return readlinkSync(`${OPEN_DESCRIPTORS}/${name}`);
  } catch {
    // The descriptor of the listing itself is gone by now.
    return "";
  }
}

function adoptionFailed(detail: string): SpookyError {
  return new SpookyError(FAILURES.socketAdoptionFailed, detail, {
    hint: "this needs Linux with /proc mounted and the pinned version of Bun",
  });
}
