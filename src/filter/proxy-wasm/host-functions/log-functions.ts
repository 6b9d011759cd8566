import { Status } from "../abi.ts";
import type { FilterVm } from "../filter-vm.ts";
import type { HostFunctions } from "../guest-function.ts";

/** `proxy_log` and `proxy_get_log_level`. */
export function logFunctions(vm: FilterVm): HostFunctions {
  const { memory, log } = vm;
  return {
    proxy_log(level: number, pointer: number, size: number): number {
      if (!log.isLevel(level)) return Status.badArgument;
      pointer >>>= 0;
      size >>>= 0;
      if (!memory.covers(pointer, size)) return Status.invalidMemoryAccess;
      if (!log.isWanted(level)) return Status.ok;
      const line = memory.readUtf8(pointer, Math.min(size, log.maxLineBytes));
      log.write(level, line, vm.current?.request?.host.requestId);
      return Status.ok;
    },
    proxy_get_log_level(out: number): number {
      out >>>= 0;
      if (!memory.covers(out, 4)) return Status.invalidMemoryAccess;
      memory.view.setUint32(out, log.lowestLevel, true);
      return Status.ok;
    },
  };
}
