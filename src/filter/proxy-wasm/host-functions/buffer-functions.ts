import { BufferType, Status } from "../abi.ts";
import type { FilterVm } from "../filter-vm.ts";
import type { HostFunctions } from "../guest-function.ts";

const EMPTY = new Uint8Array(0);

/** Buffers: configuration for reading; bodies are not there yet, and said to be missing. */
export function bufferFunctions(vm: FilterVm): HostFunctions {
  const { memory } = vm;
  const find = (type: number): Uint8Array | undefined => {
    if (type === BufferType.pluginConfiguration) return vm.plugin.configuration;
    return type === BufferType.vmConfiguration ? EMPTY : undefined;
  };
  return {
    proxy_get_buffer_bytes(type: number, start: number, maxSize: number, pointerOut: number, sizeOut: number): number {
      if (!isBufferType(type)) return Status.badArgument;
      start >>>= 0;
      maxSize >>>= 0;
      if (start + maxSize > 0xffff_ffff) return Status.badArgument;
      const buffer = find(type);
      if (buffer === undefined) return Status.notFound;
      return memory.returnBytes(buffer.subarray(start, start + maxSize), pointerOut >>> 0, sizeOut >>> 0);
    },
    proxy_get_buffer_status(type: number, sizeOut: number, flagsOut: number): number {
      if (!isBufferType(type)) return Status.badArgument;
      const buffer = find(type);
      if (buffer === undefined) return Status.notFound;
      sizeOut >>>= 0;
      flagsOut >>>= 0;
      if (!memory.covers(sizeOut, 4) || !memory.covers(flagsOut, 4)) return Status.invalidMemoryAccess;
      memory.view.setUint32(sizeOut, buffer.length, true);
      memory.view.setUint32(flagsOut, 0, true);
      return Status.ok;
    },
    proxy_set_buffer_bytes(type: number): number {
      if (!isBufferType(type) || find(type) !== undefined) return Status.badArgument;
      return Status.notFound;
    },
    /** ABI 0.1.0. */
    proxy_get_configuration(pointerOut: number, sizeOut: number): number {
      return memory.returnBytes(vm.plugin.configuration, pointerOut >>> 0, sizeOut >>> 0);
    },
  };
}

function isBufferType(type: number): boolean {
  return type >= BufferType.requestBody && type <= BufferType.callData;
}
