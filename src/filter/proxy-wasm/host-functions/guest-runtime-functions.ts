import type { FilterVm } from "../filter-vm.ts";
import { GuestExit } from "../guest-exit.ts";
import type { HostFunctions } from "../guest-function.ts";

const CRITICAL = 5;

/** What the runtimes of AssemblyScript and of C++ import besides the ABI. */
export function guestRuntimeFunctions(vm: FilterVm): HostFunctions {
  const { memory, log } = vm;
  /** An AssemblyScript string: UTF-16, its size in bytes in the four bytes before it. */
  const readString = (pointer: number): string => {
    if (pointer < 4 || !memory.covers(pointer - 4, 4)) return "";
    const size = Math.min(memory.view.getUint32(pointer - 4, true), log.maxLineBytes);
    if (!memory.covers(pointer, size)) return "";
    let text = "";
    for (let i = 0; i + 1 < size; i += 2) text += String.fromCharCode(memory.view.getUint16(pointer + i, true));
    return text;
  };
  return {
    abort(message: number, file: number, line: number, column: number): number {
      const text = `${readString(message >>> 0)} at ${readString(file >>> 0)}:${line}:${column}`;
      log.write(CRITICAL, text, vm.current?.request?.host.requestId);
      throw new GuestExit(1, `abort: ${text}`);
    },
    seed: (): number => Math.random() * 0x1_0000_0000,
    emscripten_notify_memory_growth: (): void => undefined,
    pthread_equal: (a: number, b: number): number => (a === b ? 1 : 0),
  };
}
