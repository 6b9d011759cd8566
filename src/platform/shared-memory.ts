/**
 * Memory that several processes see, without a file system: a memfd, handed to a child as a file descriptor.
 * @module
 */
import { FAILURES } from "../errors/catalogue.ts";
import { SpookyError } from "../errors/spooky-error.ts";
import { libc } from "./libc.ts";
import { closeFd } from "./sockets.ts";

const MFD_CLOEXEC = 1;

export interface SharedMemory {
  readonly fd: number;
  /** Opens it in this process; a child that was given the fd as number N uses `/proc/self/fd/N`. */
  readonly path: string;
}

/** Makes zeroed shared memory of `bytes` bytes. It lives until the last process closed and unmapped it. */
export function createSharedMemory(bytes: number): SharedMemory {
  const fd = libc().memfdCreate("spooky-counters", MFD_CLOEXEC);
  if (fd >= 0 && libc().ftruncate(fd, bytes) === 0) return { fd, path: pathOf(fd) };
  const errno = libc().errno();
  if (fd >= 0) closeFd(fd);
  throw new SpookyError(FAILURES.sharedMemoryFailed, `${bytes} bytes, errno ${errno}`, {
    hint: "Check the memory limit of the process and that /proc is mounted.",
  });
}

/** Maps shared memory by its fd in this process. All mappings, in all processes, are one memory. */
export function mapSharedMemory(fd: number): ArrayBuffer {
  try {
    const bytes = Bun.mmap(pathOf(fd), { shared: true });
    return bytes.buffer as ArrayBuffer;
  } catch (cause) {
    throw new SpookyError(FAILURES.sharedMemoryFailed, `fd ${fd} cannot be mapped`, {
      hint: "Check that /proc is mounted.",
      cause,
    });
  }
}

function pathOf(fd: number): string {
  return `/proc/self/fd/${fd}`;
}
