/**
 * Replacing and re-registering descriptors; see `ingress/quic-socket.ts` for why.
 * @module
 */
import { FAILURES } from "../errors/catalogue.ts";
import { SpookyError } from "../errors/spooky-error.ts";
import { libc } from "./libc.ts";

const O_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const AF_INET = 2;
const AF_INET6 = 10;

/** Port that a socket is bound to, or undefined when the descriptor is no Internet socket. */
export function localPortOf(fd: number): number | undefined {
  const address = new Uint8Array(28);
  if (libc().getsockname(fd, address) !== 0) return undefined;
  const view = new DataView(address.buffer);
  const family = view.getUint16(0, true);
  return family === AF_INET || family === AF_INET6 ? view.getUint16(2, false) : undefined;
}

/** Makes `target` another name of what `fd` is; what `target` was is closed (dup3(2)). */
export function replaceDescriptor(fd: number, target: number): void {
  if (libc().dup3(fd, target, O_CLOEXEC) !== target) throw failed("dup3");
}

/** Registers `fd` with an epoll instance (epoll_ctl(2), EPOLL_CTL_ADD). */
export function addToEpoll(epollFd: number, fd: number, events: number, data: bigint): void {
  // struct epoll_event is packed on x86-64 and padded elsewhere.
  const isPacked = process.arch === "x64";
  const event = new Uint8Array(isPacked ? 12 : 16);
  const view = new DataView(event.buffer);
  view.setUint32(0, events, true);
  view.setBigUint64(isPacked ? 4 : 8, data, true);
  if (libc().epollCtl(epollFd, EPOLL_CTL_ADD, fd, event) !== 0) throw failed("epoll_ctl");
}

function failed(call: string): SpookyError {
  return new SpookyError(FAILURES.socketAdoptionFailed, `${call} failed with errno ${libc().errno()}`);
}
