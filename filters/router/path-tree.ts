import { hashByte, hashEnd, hashStart } from "./byte-hash";
import { hashForward, TextTable } from "./text-table";

const SLASH: u32 = 0x2f;

// A node of the tree is a number: 0 is the root, the others are the identities of (parent, segment) in the table.
const segments = new TextTable();
let deepest: u32 = 0;

/** Nodes on the way of the last path: the root first, the longest prefix last. */
export let matchedNodes: usize = 0;
export let matchedNodeCount: u32 = 0;

/** Length of the longest prefix; nothing beyond it and the byte after it can change a match. */
export let longestPrefix: u32 = 0;

/**
 * The node of a prefix, made when it is new. A segment is what lies between two slashes; the first one of an absolute
 * path is empty, and is a step of its own, so that `api` and `/api` stay apart.
 */
export function addPrefix(start: usize, length: u32): u32 {
  longestPrefix = max(longestPrefix, length);
  if (length == 0) return 0;
  const end = start + <usize>length;
  let node: u32 = 0;
  let depth: u32 = 0;
  let from = start;
  while (true) {
    let to = from;
    while (to < end && load<u8>(to) != SLASH) to++;
    const size = <u32>(to - from);
    node = segments.add(node, from, size, hashForward(node, from, size));
    depth++;
    if (to == end) break;
    from = to + 1;
  }
  deepest = max(deepest, depth);
  return node;
}

/** Number of nodes, the root among them. */
export function countNodes(): u32 {
  return segments.count + 1;
}

/** Makes room for the list of matches, after the last `addPrefix`. */
export function finishPrefixes(): void {
  matchedNodes = heap.alloc(<usize>(deepest + 1) * 4);
  store<u32>(matchedNodes, 0);
}

/** Walks down the tree along the path, and stops where no route goes on. */
export function matchPrefixes(start: usize, length: u32): void {
  const end = start + <usize>length;
  let count: u32 = 1;
  let node: u32 = 0;
  let from = start;
  while (count <= deepest) {
    let hash = hashStart(node);
    let to = from;
    while (to < end) {
      const byte = <u32>load<u8>(to);
      if (byte == SLASH) break;
      hash = hashByte(hash, byte);
      to++;
    }
    node = segments.find(node, from, <u32>(to - from), hashEnd(hash));
    if (node == 0) break;
    store<u32>(matchedNodes + <usize>count * 4, node);
    count++;
    if (to >= end) break;
    from = to + 1;
  }
  matchedNodeCount = count;
}
