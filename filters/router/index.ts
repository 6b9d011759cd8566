import { NONE, POLICY_ABI_VERSION } from "../policy/abi";
import { addHost, finishHosts, matchedHostCount, matchedHosts, matchHosts } from "./host-table";
import {
  addPrefix,
  countNodes,
  finishPrefixes,
  longestPrefix,
  matchedNodeCount,
  matchedNodes,
  matchPrefixes,
} from "./path-tree";
import { addCell, bestAtNode, finishCells } from "./route-cells";

let buffer: usize = 0;
let bufferSize: usize = 0;
let routeCount: u32 = 0;

export function spooky_policy_abi(): i32 {
  return POLICY_ABI_VERSION;
}

export function spooky_route_buffer(size: i32): usize {
  if (<usize>size > bufferSize) {
    if (buffer != 0) heap.free(buffer);
    buffer = heap.alloc(size);
    bufferSize = size;
  }
  return buffer;
}

export function spooky_route_add(pathLength: i32, hostLength: i32, method: i32, rank: i32): i32 {
  const node = addPrefix(buffer, pathLength);
  const host = addHost(buffer + <usize>pathLength, hostLength);
  addCell(node, host, method, routeCount++, rank);
  return 0;
}

export function spooky_route_commit(): i32 {
  finishHosts();
  finishPrefixes();
  finishCells(countNodes());
  // The byte after the longest prefix still tells whether the prefix ends there.
  return <i32>longestPrefix + 1;
}

export function spooky_route_match(pathLength: i32, hostLength: i32, method: i32): i32 {
  matchHosts(buffer + <usize>pathLength, hostLength);
  matchPrefixes(buffer, pathLength);
  for (let index = matchedNodeCount; index > 0; index--) {
    const node = load<u32>(matchedNodes + <usize>(index - 1) * 4);
    const route = bestAtNode(node, matchedHosts, matchedHostCount, method);
    if (route >= 0) return route;
  }
  return NONE;
}
