/**
 * Sockets that one process opens and others use: made by hand, because neither `node:quic` nor `node:net` can be told
 * to share a port between processes. Linux only.
 * @module
 */
import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { SpookyError } from "../errors/spooky-error.ts";
import { libc } from "./libc.ts";
import { AF_INET6, encodeSocketAddress, type SocketAddress } from "./socket-address.ts";

const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
/** Nothing that is merely spawned inherits a socket; a shard gets its own by name, through the spawn's stdio list. */
const SOCK_CLOEXEC = 0o2000000;

const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_REUSEPORT = 15;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;

const IPPROTO_IP = 0;
const IP_PKTINFO = 8;
const IP_MTU_DISCOVER = 10;
const IP_RECVTOS = 13;
const IP_PMTUDISC_PROBE = 3;

const IPPROTO_IPV6 = 41;
const IPV6_MTU_DISCOVER = 23;
const IPV6_V6ONLY = 26;
const IPV6_RECVPKTINFO = 49;
const IPV6_RECVTCLASS = 66;
const IPV6_PMTUDISC_PROBE = 3;

const EACCES = 13;
const EPERM = 1;
const EADDRINUSE = 98;
const EADDRNOTAVAIL = 99;

/** Connections the kernel holds ready for a shard that is busy or restarting; `net.core.somaxconn` caps it. */
const TCP_BACKLOG = 4096;

/** Where to bind: a numeric IPv4 or IPv6 address and a port, 0 for any free one. `::` takes IPv4 as well. */
export interface BindAddress {
  readonly address: string;
  readonly port: number;
}

export interface UdpSocketOptions extends BindAddress {
  /** Wanted kernel buffers, in bytes; best effort, see {@link socketBufferBytes}. */
  readonly recvBufferBytes: number;
  readonly sendBufferBytes: number;
}

/**
 * Opens a bound, non-blocking UDP socket for QUIC that shares its port with the user's other sockets (SO_REUSEPORT).
 * Never IP_RECVERR: it makes one vanished client's ICMP error fail the next packet of another. Nor SO_REUSEADDR, with
 * which any user's process could bind the port as well and take its packets; SO_REUSEPORT asks for the same user.
 * Throws the errors of {@link checkPortIsFree}.
 */
export function openUdpSocket(options: UdpSocketOptions): number {
  return openBound(SOCK_DGRAM, options, (fd, isIPv6) => {
    setOption(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (isIPv6) {
      setOption(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
      setOption(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
      setOption(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
    }
    // On an IPv6 socket too: they hold for its IPv4-mapped peers.
    setOption(fd, IPPROTO_IP, IP_PKTINFO, 1);
    setOption(fd, IPPROTO_IP, IP_RECVTOS, 1);
    setOption(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
    setBuffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, options.recvBufferBytes);
    setBuffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, options.sendBufferBytes);
  });
}

/** Opens a listening, non-blocking TCP socket that shares its port the same way. Throws as {@link openUdpSocket} does. */
export function openTcpSocket(options: BindAddress): number {
  const fd = openBound(SOCK_STREAM, options, (opened) => {
    // Safe for TCP: it only steps over connections in TIME_WAIT, never over another listener.
    setOption(opened, SOL_SOCKET, SO_REUSEADDR, 1);
    setOption(opened, SOL_SOCKET, SO_REUSEPORT, 1);
  });
  if (libc().listen(fd, TCP_BACKLOG) === 0) return fd;
  const errno = libc().errno();
  closeFd(fd);
  throw bindError(errno, "TCP", options);
}

/**
 * Makes sure that nobody else has the port, for UDP and for TCP. Needed because SO_REUSEPORT would quietly share it
 * with another process of the same user, such as an old instance that still runs. Throws SPK_LISTEN_ADDRESS_IN_USE,
 * SPK_LISTEN_DENIED, SPK_LISTEN_ADDRESS_UNAVAILABLE or SPK_LISTEN_FAILED.
 */
export function checkPortIsFree(address: BindAddress): void {
  closeFd(openBound(SOCK_DGRAM, address, () => {}));
  const tcp = openBound(SOCK_STREAM, address, (fd) => setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1));
  // Two TCP sockets with SO_REUSEADDR may be bound alike as long as neither listens: only listening tells.
  const status = libc().listen(tcp, 1);
  const errno = status === 0 ? 0 : libc().errno();
  closeFd(tcp);
  if (errno !== 0) throw bindError(errno, "TCP", address);
}

/** The kernel's buffer of a socket in bytes, as far as it granted it (the bookkeeping half is taken off). */
export function socketBufferBytes(fd: number, direction: "receive" | "send"): number {
  return libc().getsockopt(fd, SOL_SOCKET, direction === "receive" ? SO_RCVBUF : SO_SNDBUF) >> 1;
}

/** Closes a file descriptor. Quiet when it is closed already. */
export function closeFd(fd: number): void {
  libc().close(fd);
}

function openBound(type: number, where: BindAddress, configure: (fd: number, isIPv6: boolean) => void): number {
  const protocol = type === SOCK_DGRAM ? "UDP" : "TCP";
  const address = encode(where);
  const isIPv6 = address.family === AF_INET6;
  const fd = libc().socket(address.family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw bindError(libc().errno(), protocol, where);
  // Not left to net.ipv6.bindv6only: `::` means every address, whatever the machine's default.
  if (isIPv6) setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  configure(fd, isIPv6);
  if (libc().bind(fd, address.bytes) === 0) return fd;
  const errno = libc().errno();
  closeFd(fd);
  throw bindError(errno, protocol, where);
}

function encode(where: BindAddress): SocketAddress {
  const address = encodeSocketAddress(where.address, where.port, (zone) => libc().ifNameToIndex(zone));
  if (address !== undefined) return address;
  throw new SpookyError(FAILURES.listenAddressUnavailable, `${where.address} is not an IP address of this machine`, {
    hint: "Give a numeric IPv4 or IPv6 address, 0.0.0.0 for all IPv4 or :: for all addresses.",
  });
}

function setOption(fd: number, level: number, name: number, value: number): void {
  // An option that a kernel does not know is not worth a failed start: the socket works without it.
  libc().setsockopt(fd, level, name, value);
}

/** The forced form steps over net.core.rmem_max, and only a privileged process may use it. */
function setBuffer(fd: number, forced: number, plain: number, bytes: number): void {
  if (libc().setsockopt(fd, SOL_SOCKET, forced, bytes) !== 0) libc().setsockopt(fd, SOL_SOCKET, plain, bytes);
}

function bindError(errno: number, protocol: "UDP" | "TCP", where: BindAddress): SpookyError {
  const place = `${protocol} ${where.address.includes(":") ? `[${where.address}]` : where.address}:${where.port}`;
  const [failure, hint] = explain(errno, where);
  const isKnown = failure !== FAILURES.listenFailed;
  return new SpookyError(failure, isKnown ? place : `${place}, errno ${errno}`, { hint });
}

function explain(errno: number, where: BindAddress): readonly [Failure, string] {
  switch (errno) {
    case EADDRINUSE:
      return [
        FAILURES.listenAddressInUse,
        `Stop the other program (\`ss -lunpt 'sport = :${where.port}'\` names it) or choose another port.`,
      ];
    case EACCES:
    case EPERM:
      return [
        FAILURES.listenDenied,
        "Ports below 1024 need the capability CAP_NET_BIND_SERVICE; choose a higher port or grant it.",
      ];
    case EADDRNOTAVAIL:
      return [
        FAILURES.listenAddressUnavailable,
        "Use an address of this machine (`ip address` lists them), 0.0.0.0 for all IPv4 or :: for all addresses.",
      ];
    default:
      return [FAILURES.listenFailed, "Check the limit of open files (`ulimit -n`) and the system log."];
  }
}
