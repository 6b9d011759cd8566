import { Status } from "../abi.ts";
import type { FilterVm } from "../filter-vm.ts";
import type { HostFunctions } from "../guest-function.ts";

/** Functions called by name. None of them returns anything yet, so that there is nothing to allocate. */
export function foreignFunctions(vm: FilterVm): HostFunctions {
  const { memory } = vm;
  return {
    proxy_call_foreign_function(name: number, nameSize: number): number {
      name >>>= 0;
      nameSize >>>= 0;
      if (!memory.covers(name, nameSize)) return Status.invalidMemoryAccess;
      return memory.readText(name, nameSize) === "clear_route_cache" ? Status.ok : Status.notFound;
    },
  };
}
