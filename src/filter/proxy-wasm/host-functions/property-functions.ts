import { Status } from "../abi.ts";
import type { FilterVm } from "../filter-vm.ts";
import type { HostFunctions } from "../guest-function.ts";
import { pairsSize, writePairs } from "../header-pairs.ts";
import { readProperty } from "../properties.ts";
import { writeNanoseconds } from "./time-functions.ts";

/** Properties, in Envoy's encoding: text as it is, numbers as 64 bits, maps as pairs. */
export function propertyFunctions(vm: FilterVm): HostFunctions {
  const { memory } = vm;
  return {
    proxy_get_property(pathPointer: number, pathSize: number, pointerOut: number, sizeOut: number): number {
      pathPointer >>>= 0;
      pathSize >>>= 0;
      pointerOut >>>= 0;
      sizeOut >>>= 0;
      if (!memory.covers(pathPointer, pathSize)) return Status.invalidMemoryAccess;
      const value = readProperty(vm, memory.readText(pathPointer, pathSize));
      if (value === undefined) return Status.notFound;
      if (typeof value === "string") return memory.returnText(value, pointerOut, sizeOut);
      if (typeof value === "number") return memory.returnU64(value, pointerOut, sizeOut);
      if (value instanceof Uint8Array) return memory.returnBytes(value, pointerOut, sizeOut);
      const isTime = "timeMs" in value;
      const pointer = memory.openReturn(isTime ? 8 : pairsSize(value.fields), pointerOut, sizeOut);
      if (pointer < 0) return -pointer;
      if (isTime) writeNanoseconds(memory, pointer, value.timeMs);
      else if (pointer !== 0) writePairs(memory, pointer, value.fields);
      return Status.ok;
    },
    proxy_set_property(pathPointer: number, pathSize: number, pointer: number, size: number): number {
      pathPointer >>>= 0;
      pathSize >>>= 0;
      pointer >>>= 0;
      size >>>= 0;
      if (!memory.covers(pathPointer, pathSize) || !memory.covers(pointer, size)) return Status.invalidMemoryAccess;
      const request = vm.current?.request;
      if (request === undefined) return Status.notFound;
      const path = memory.readText(pathPointer, pathSize);
      return request.setProperty(path, memory.copy(pointer, size)) ? Status.ok : Status.internalFailure;
    },
  };
}
