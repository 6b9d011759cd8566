import { Status } from "../abi.ts";
import type { FilterVm } from "../filter-vm.ts";
import type { HostFunctions } from "../guest-function.ts";

/** Shared data, within this shard. */
export function sharedDataFunctions(vm: FilterVm): HostFunctions {
  const { memory } = vm;
  const { sharedData } = vm.services;
  const { vmId } = vm.plugin;
  return {
    proxy_get_shared_data(k: number, kl: number, pointerOut: number, sizeOut: number, casOut: number): number {
      k >>>= 0;
      kl >>>= 0;
      casOut >>>= 0;
      if (!memory.covers(k, kl) || !memory.covers(casOut, 4)) return Status.invalidMemoryAccess;
      const value = sharedData.get(vmId, memory.readText(k, kl));
      if (value === undefined) return Status.notFound;
      const status = memory.returnBytes(value.bytes, pointerOut >>> 0, sizeOut >>> 0);
      if (status === Status.ok && memory.covers(casOut, 4)) memory.view.setUint32(casOut, value.cas, true);
      return status;
    },
    proxy_set_shared_data(k: number, kl: number, v: number, vl: number, cas: number): number {
      k >>>= 0;
      kl >>>= 0;
      v >>>= 0;
      vl >>>= 0;
      if (!memory.covers(k, kl) || !memory.covers(v, vl)) return Status.invalidMemoryAccess;
      const written = sharedData.set(vmId, memory.readText(k, kl), memory.copy(v, vl), cas >>> 0);
      if (written === "ok") return Status.ok;
      return written === "mismatch" ? Status.casMismatch : Status.internalFailure;
    },
  };
}
