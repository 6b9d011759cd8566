import { MapType, Status } from "../abi.ts";
import type { Direction } from "../filter-context.ts";
import type { FilterVm } from "../filter-vm.ts";
import type { HostFunctions } from "../guest-function.ts";
import type { HeaderMap } from "../header-map.ts";
import { pairsSize, readPairs, writePairs } from "../header-pairs.ts";
import { ResponseHeaderMap } from "../response-header-map.ts";
import { TrailerMap } from "../trailer-map.ts";
import { needsHeadCheck, toHeaderValue, toWritableName } from "../header-text.ts";

/**
 * Writes that come too late: they would change nothing that anyone sees, and SDKs take every status but "ok" for a
 * fault of theirs and trap.
 */
const DISCARDED_WRITES: HeaderMap = {
  count: 0,
  get: () => undefined,
  add: () => Status.ok,
  replace: () => Status.ok,
  remove: () => Status.ok,
  toFields: () => [],
  assign: () => Status.ok,
};

/** Header maps, whole and by name. */
export function headerFunctions(vm: FilterVm): HostFunctions {
  const { memory } = vm;
  // In ABI 0.1.0 a header that is not there reads as an empty one.
  const isMissingAnError = vm.plugin.inspection.abiVersion !== "0.1.0";

  const read = (type: number): HeaderMap | undefined => {
    if (type === MapType.httpCallResponseHeaders) return calloutHeaders(vm);
    if (type === MapType.httpCallResponseTrailers) return calloutTrailers(vm);
    const request = vm.current?.request;
    if (request === undefined) return undefined;
    if (type === MapType.requestHeaders) return request.requestHeaders;
    if (type === MapType.responseHeaders) return request.responseHeaders;
    return trailersOf(type);
  };

  const trailersOf = (type: number): HeaderMap | undefined => {
    if (type !== MapType.requestTrailers && type !== MapType.responseTrailers) return undefined;
    const context = vm.current;
    const direction: Direction = type === MapType.requestTrailers ? "request" : "response";
    const trailers = context?.request?.bodyOf(context.id, direction)?.trailers;
    return trailers === undefined ? undefined : new TrailerMap(trailers);
  };

  /** What a write goes to, or undefined when the filter has no such map now. */
  const target = (type: number, bytes: number, needsCheck: boolean): HeaderMap | undefined => {
    const map = read(type);
    const request = vm.current?.request;
    if (map === undefined || request === undefined) return undefined;
    if (type === MapType.httpCallResponseHeaders || type === MapType.httpCallResponseTrailers) return DISCARDED_WRITES;
    // Each field that a filter writes was checked by itself, which is all that there is to check of trailers.
    if (map instanceof TrailerMap) return map;
    const direction: Direction = type === MapType.requestHeaders ? "request" : "response";
    if (!request.isWritable(direction)) return DISCARDED_WRITES;
    request.noteWrite(bytes, needsCheck);
    return map;
  };

  const writeOne = (type: number, k: number, kl: number, v: number, vl: number, isReplacing: boolean): number => {
    k >>>= 0;
    kl >>>= 0;
    v >>>= 0;
    vl >>>= 0;
    if (!isMapType(type)) return Status.badArgument;
    if (!memory.covers(k, kl) || !memory.covers(v, vl)) return Status.invalidMemoryAccess;
    const name = memory.readWritableName(k, kl);
    const value = memory.readValue(v, vl);
    if (name === undefined || value === undefined) return Status.badArgument;
    const map = target(type, kl + vl, needsHeadCheck(name));
    if (map === undefined) return Status.badArgument;
    return isReplacing ? map.replace(name, value) : map.add(name, value);
  };

  return {
    proxy_get_header_map_value(type: number, k: number, kl: number, pointerOut: number, sizeOut: number): number {
      if (!isMapType(type)) return Status.badArgument;
      k >>>= 0;
      kl >>>= 0;
      if (!memory.covers(k, kl)) return Status.invalidMemoryAccess;
      const name = memory.readName(k, kl);
      const value = name === undefined ? undefined : read(type)?.get(name);
      if (value === undefined && isMissingAnError) return Status.notFound;
      return memory.returnText(value ?? "", pointerOut >>> 0, sizeOut >>> 0);
    },
    proxy_add_header_map_value(type: number, k: number, kl: number, v: number, vl: number): number {
      return writeOne(type, k, kl, v, vl, false);
    },
    proxy_replace_header_map_value(type: number, k: number, kl: number, v: number, vl: number): number {
      return writeOne(type, k, kl, v, vl, true);
    },
    proxy_remove_header_map_value(type: number, k: number, kl: number): number {
      k >>>= 0;
      kl >>>= 0;
      if (!isMapType(type)) return Status.badArgument;
      if (!memory.covers(k, kl)) return Status.invalidMemoryAccess;
      const name = memory.readName(k, kl);
      if (name === undefined) return Status.ok;
      return target(type, 0, false)?.remove(name) ?? Status.badArgument;
    },
    proxy_get_header_map_size(type: number, out: number): number {
      if (!isMapType(type)) return Status.badArgument;
      out >>>= 0;
      if (!memory.covers(out, 4)) return Status.invalidMemoryAccess;
      memory.view.setUint32(out, pairsSize(read(type)?.toFields() ?? []), true);
      return Status.ok;
    },
    proxy_get_header_map_pairs(type: number, pointerOut: number, sizeOut: number): number {
      if (!isMapType(type)) return Status.badArgument;
      const fields = read(type)?.toFields() ?? [];
      const pointer = memory.openReturn(pairsSize(fields), pointerOut >>> 0, sizeOut >>> 0);
      if (pointer < 0) return -pointer;
      if (pointer !== 0) writePairs(memory, pointer, fields);
      return Status.ok;
    },
    proxy_set_header_map_pairs(type: number, pointer: number, size: number): number {
      if (!isMapType(type)) return Status.badArgument;
      pointer >>>= 0;
      size >>>= 0;
      if (!memory.covers(pointer, size)) return Status.invalidMemoryAccess;
      const fields = readPairs(memory, pointer, size);
      if (fields === undefined) return Status.parseFailure;
      for (let i = 0; i < fields.length; i += 2) {
        const name = toWritableName(fields[i] as string);
        const value = toHeaderValue(fields[i + 1] as string);
        if (name === undefined || value === undefined) return Status.badArgument;
        fields[i] = name;
        fields[i + 1] = value;
      }
      return target(type, size, true)?.assign(fields) ?? Status.badArgument;
    },
  };
}

function calloutHeaders(vm: FilterVm): HeaderMap | undefined {
  if (vm.calloutReply === undefined) return undefined;
  const map = new ResponseHeaderMap();
  map.head = vm.calloutReply.head;
  return map;
}

function calloutTrailers(vm: FilterVm): HeaderMap | undefined {
  const trailers = vm.calloutReply?.trailers;
  return trailers === undefined ? undefined : new TrailerMap(trailers);
}

function isMapType(type: number): boolean {
  return type >= MapType.requestHeaders && type <= MapType.httpCallResponseTrailers;
}
