import { Status } from "../abi.ts";
import type { FilterVm } from "../filter-vm.ts";
import { compress, uncompress } from "../foreign-compression.ts";
import type { HostFunctions } from "../guest-function.ts";

/** How many times the work of copying a byte is that of compressing it, roughly: it counts against the deadline. */
const COMPRESSION_COST = 32;

/** Functions called by name: `clear_route_cache`, `compress` and `uncompress`. */
export function foreignFunctions(vm: FilterVm): HostFunctions {
  const { memory } = vm;
  return {
    proxy_call_foreign_function(
      name: number,
      nameSize: number,
      argument: number,
      argumentSize: number,
      pointerOut: number,
      sizeOut: number,
    ): number {
      name >>>= 0;
      nameSize >>>= 0;
      argument >>>= 0;
      argumentSize >>>= 0;
      if (!memory.covers(name, nameSize) || !memory.covers(argument, argumentSize)) return Status.invalidMemoryAccess;
      const called = memory.readText(name, nameSize);
      if (called === "clear_route_cache") return Status.ok;
      if (called !== "compress" && called !== "uncompress") return Status.notFound;
      memory.chargeBytes(argumentSize * COMPRESSION_COST);
      const content = memory.bytes.subarray(argument, argument + argumentSize);
      const result = called === "compress" ? compress(content) : uncompress(content);
      if (result === undefined) return Status.badArgument;
      memory.chargeBytes(result.length * COMPRESSION_COST);
      return memory.returnBytes(result, pointerOut >>> 0, sizeOut >>> 0);
    },
  };
}
