import { Status } from "../abi.ts";
import type { FilterVm } from "../filter-vm.ts";
import type { HostFunctions } from "../guest-function.ts";
import type { GuestMemory } from "../guest-memory.ts";

/** `proxy_get_current_time_nanoseconds` and the tick period. */
export function timeFunctions(vm: FilterVm): HostFunctions {
  const { memory } = vm;
  return {
    proxy_get_current_time_nanoseconds(out: number): number {
      out >>>= 0;
      if (!memory.covers(out, 8)) return Status.invalidMemoryAccess;
      writeNanoseconds(memory, out, performance.timeOrigin + performance.now());
      return Status.ok;
    },
    proxy_set_tick_period_milliseconds(periodMs: number): number {
      vm.ticks.set(periodMs >>> 0);
      return Status.ok;
    },
  };
}

/**
 * Writes a time in milliseconds as nanoseconds, to the microsecond. Nanoseconds since the epoch are beyond what a
 * number holds exactly, and bigint would cost more than the clock. The range must be covered.
 */
export function writeNanoseconds(memory: GuestMemory, pointer: number, timeMs: number): void {
  const micros = Math.floor(timeMs * 1000);
  const high = Math.floor(micros / 0x1_0000_0000);
  const low = (micros % 0x1_0000_0000) * 1000;
  memory.view.setUint32(pointer, low >>> 0, true);
  memory.view.setUint32(pointer + 4, (high * 1000 + Math.floor(low / 0x1_0000_0000)) >>> 0, true);
}
