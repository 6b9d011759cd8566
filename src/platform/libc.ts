/**
 * The few C library calls that Bun has no API for. Linux only.
 * @module
 */
import { dlopen, ptr, read } from "bun:ffi";
import { FAILURES } from "../errors/catalogue.ts";
import { SpookyError } from "../errors/spooky-error.ts";

/** File names of the C library: glibc, then musl on each architecture that Bun runs on. */
const LIBRARY_NAMES: readonly string[] = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];

/** C calls by their C names. Every call that fails gives -1; {@link Libc.errno} then says why, until the next call. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, name: number, value: number): number;
  /** Value of an integer option, or -1. */
  getsockopt(fd: number, level: number, name: number): number;
  bind(fd: number, address: Uint8Array): number;
  listen(fd: number, backlog: number): number;
  close(fd: number): number;
  getsockname(fd: number, address: Uint8Array): number;
  memfdCreate(name: string, flags: number): number;
  ftruncate(fd: number, bytes: number): number;
  dup3(fd: number, target: number, flags: number): number;
  epollCtl(epollFd: number, operation: number, fd: number, event: Uint8Array): number;
  prctl(option: number, value: number): number;
  /** Index of a network interface, or 0. */
  ifNameToIndex(name: string): number;
  errno(): number;
}

let loaded: Libc | undefined;

/** The C library, opened at first use. Throws SPK_PLATFORM_UNSUPPORTED where there is none that fits. */
export function libc(): Libc {
  loaded ??= bindCalls();
  return loaded;
}

function bindCalls(): Libc {
  const calls = openLibrary();
  // The address is fixed for the thread: reading through it leaves no other native call between a failure and its errno.
  const errnoAddress = calls.__errno_location();
  const number = new Int32Array(1);
  const length = new Uint32Array(1);
  return {
    socket: calls.socket,
    setsockopt(fd, level, name, value) {
      number[0] = value;
      return calls.setsockopt(fd, level, name, ptr(number), 4);
    },
    getsockopt(fd, level, name) {
      length[0] = 4;
      return calls.getsockopt(fd, level, name, ptr(number), ptr(length)) === 0 ? (number[0] ?? -1) : -1;
    },
    bind: (fd, address) => calls.bind(fd, ptr(address), address.byteLength),
    listen: calls.listen,
    close: calls.close,
    getsockname(fd, address) {
      length[0] = address.byteLength;
      return calls.getsockname(fd, ptr(address), ptr(length));
    },
    memfdCreate: (name, flags) => calls.memfd_create(ptr(cString(name)), flags),
    ftruncate: (fd, bytes) => calls.ftruncate(fd, bytes),
    dup3: calls.dup3,
    epollCtl: (epollFd, operation, fd, event) => calls.epoll_ctl(epollFd, operation, fd, ptr(event)),
    prctl: (option, value) => calls.prctl(option, value, 0, 0, 0),
    ifNameToIndex: (name) => calls.if_nametoindex(ptr(cString(name))),
    errno: () => (errnoAddress === null ? 0 : read.i32(errnoAddress, 0)),
  };
}

const CALLS = {
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
  getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" },
  bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
  listen: { args: ["i32", "i32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
  getsockname: { args: ["i32", "ptr", "ptr"], returns: "i32" },
  memfd_create: { args: ["ptr", "u32"], returns: "i32" },
  ftruncate: { args: ["i32", "i64"], returns: "i32" },
  dup3: { args: ["i32", "i32", "i32"], returns: "i32" },
  epoll_ctl: { args: ["i32", "i32", "i32", "ptr"], returns: "i32" },
  prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
  if_nametoindex: { args: ["ptr"], returns: "u32" },
  __errno_location: { args: [], returns: "ptr" },
} as const;

type Calls = ReturnType<typeof dlopen<typeof CALLS>>["symbols"];

function openLibrary(): Calls {
  let cause: unknown;
  if (process.platform === "linux") {
    for (const name of LIBRARY_NAMES) {
      try {
        return dlopen(name, CALLS).symbols;
      } catch (error) {
        cause = error;
      }
    }
  }
  throw new SpookyError(FAILURES.platformUnsupported, `this is ${process.platform} ${process.arch}`, {
    hint: "Run it on Linux, or in the container image.",
    cause,
  });
}

function cString(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}
