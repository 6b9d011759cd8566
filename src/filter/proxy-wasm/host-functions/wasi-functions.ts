import { Errno } from "../abi.ts";
import type { FilterVm } from "../filter-vm.ts";
import { GuestExit } from "../guest-exit.ts";
import type { HostFunctions } from "../guest-function.ts";
import { OutputLines } from "../output-lines.ts";
import { writeNanoseconds } from "./time-functions.ts";

const STDOUT = 1;
const STDERR = 2;
const INFO_LEVEL = 2;
const ERROR_LEVEL = 4;
const REALTIME = 0;
const MONOTONIC = 1;
const MAX_RANDOM_BYTES = 65_536;
const MAX_OUTPUT_VECTORS = 1024;
const FD_STAT_BYTES = 24;
const FD_WRITE_RIGHT = 64;

/**
 * WASI preview 1 as far as runtimes of real SDKs need it to start and to run. Nothing reaches outside: no files, no
 * environment, no arguments; what is written to standard output becomes log lines.
 */
export function wasiFunctions(vm: FilterVm): HostFunctions {
  const { memory, log } = vm;
  const write = (level: number) => (line: string) => log.write(level, line, vm.current?.request?.host.requestId);
  const output: Readonly<Record<number, OutputLines>> = {
    [STDOUT]: new OutputLines(log.maxLineBytes, write(INFO_LEVEL)),
    [STDERR]: new OutputLines(log.maxLineBytes, write(ERROR_LEVEL)),
  };
  /** An answer of two counts, both zero: no arguments, no environment. */
  const noStrings = (countOut: number, sizeOut: number): number => {
    if (!memory.covers(countOut >>> 0, 4) || !memory.covers(sizeOut >>> 0, 4)) return Errno.fault;
    memory.view.setUint32(countOut >>> 0, 0, true);
    memory.view.setUint32(sizeOut >>> 0, 0, true);
    return Errno.success;
  };
  return {
    fd_write(fd: number, vectors: number, vectorCount: number, writtenOut: number): number {
      const lines = output[fd];
      vectors >>>= 0;
      vectorCount >>>= 0;
      writtenOut >>>= 0;
      if (lines === undefined) return Errno.badf;
      if (vectorCount > MAX_OUTPUT_VECTORS) return Errno.inval;
      if (!memory.covers(vectors, vectorCount * 8) || !memory.covers(writtenOut, 4)) return Errno.fault;
      let written = 0;
      for (let i = 0; i < vectorCount; i++) {
        const pointer = memory.view.getUint32(vectors + i * 8, true);
        const size = memory.view.getUint32(vectors + i * 8 + 4, true);
        if (!memory.covers(pointer, size)) return Errno.fault;
        lines.add(memory.readUtf8(pointer, Math.min(size, log.maxLineBytes)));
        written += size;
      }
      memory.view.setUint32(writtenOut, written >>> 0, true);
      return Errno.success;
    },
    args_sizes_get: noStrings,
    environ_sizes_get: noStrings,
    args_get: (): number => Errno.success,
    environ_get: (): number => Errno.success,
    // The time is 64 bits wide: as an argument (the precision, ignored) it would come as a bigint.
    clock_time_get(clock: number, _precision: unknown, out: number): number {
      if (clock !== REALTIME && clock !== MONOTONIC) return Errno.notsup;
      if (!memory.covers(out >>> 0, 8)) return Errno.fault;
      const now = performance.now();
      writeNanoseconds(memory, out >>> 0, clock === REALTIME ? performance.timeOrigin + now : now);
      return Errno.success;
    },
    random_get(pointer: number, size: number): number {
      pointer >>>= 0;
      size >>>= 0;
      if (size > MAX_RANDOM_BYTES) return Errno.inval;
      if (!memory.covers(pointer, size)) return Errno.fault;
      crypto.getRandomValues(memory.bytes.subarray(pointer, pointer + size));
      return Errno.success;
    },
    proc_exit(code: number): number {
      for (const lines of Object.values(output)) lines.flush();
      throw new GuestExit(code, `it ended itself with status ${code}`);
    },
    sched_yield: (): number => Errno.success,
    /** Go: no timer ever fires while the guest is not called. */
    poll_oneoff(_in: number, _out: number, _count: number, eventCountOut: number): number {
      if (!memory.covers(eventCountOut >>> 0, 4)) return Errno.fault;
      memory.view.setUint32(eventCountOut >>> 0, 0, true);
      return Errno.success;
    },
    fd_fdstat_get(fd: number, out: number): number {
      out >>>= 0;
      if (fd < 0 || fd > STDERR) return Errno.badf;
      if (!memory.covers(out, FD_STAT_BYTES)) return Errno.fault;
      memory.bytes.fill(0, out, out + FD_STAT_BYTES);
      memory.bytes[out + 8] = FD_WRITE_RIGHT;
      return Errno.success;
    },
    fd_fdstat_set_flags: (): number => Errno.nosys,
    fd_read: (): number => Errno.nosys,
    fd_seek: (): number => Errno.success,
    fd_close: (): number => Errno.success,
    fd_prestat_get: (): number => Errno.badf,
    fd_prestat_dir_name: (): number => Errno.badf,
    fd_filestat_get: (): number => Errno.badf,
    path_open: (): number => Errno.noent,
    path_filestat_get: (): number => Errno.notsup,
  };
}
