import { BufferType, Status } from "../abi.ts";
import type { GuestBody } from "../filter-context.ts";
import type { FilterVm } from "../filter-vm.ts";
import type { HostFunctions } from "../guest-function.ts";

/** What a filter may write into a body at once, in bytes. */
const MAX_WRITTEN_BYTES = 16 * 1024 * 1024;
const EMPTY = new Uint8Array(0);

/** Buffers: configuration for reading, bodies for reading and writing while they pass the filter. */
export function bufferFunctions(vm: FilterVm): HostFunctions {
  const { memory } = vm;
  const find = (type: number): Uint8Array | undefined => {
    if (type === BufferType.pluginConfiguration) return vm.plugin.configuration;
    if (type === BufferType.vmConfiguration) return EMPTY;
    if (type === BufferType.httpCallResponseBody) return vm.calloutReply?.body;
    return bodyOf(type)?.bytes;
  };
  const bodyOf = (type: number): GuestBody | undefined => {
    if (type !== BufferType.requestBody && type !== BufferType.responseBody) return undefined;
    const context = vm.current;
    return context?.request?.bodyOf(context.id, type === BufferType.requestBody ? "request" : "response");
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
    proxy_set_buffer_bytes(type: number, start: number, size: number, pointer: number, length: number): number {
      if (!isBufferType(type)) return Status.badArgument;
      const body = bodyOf(type);
      if (body === undefined) return find(type) === undefined ? Status.notFound : Status.badArgument;
      pointer >>>= 0;
      length >>>= 0;
      if (!memory.covers(pointer, length)) return Status.invalidMemoryAccess;
      if (length > MAX_WRITTEN_BYTES) return Status.badArgument;
      body.splice(start >>> 0, size >>> 0, memory.copy(pointer, length));
      return Status.ok;
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
