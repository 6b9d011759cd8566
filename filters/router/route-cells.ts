import { hashEnd } from "./byte-hash";
import { EVERY_HOST } from "./host-table";

// One slot: the node, the host, the method, the best route there, the rank of its name, and 1 when it is taken.
const SLOT_SIZE: usize = 24;
const HOST: usize = 4;
const METHOD: usize = 8;
const ROUTE: usize = 12;
const RANK: usize = 16;
const IS_TAKEN: usize = 20;
const FIRST_SLOT_COUNT: u32 = 16;

let slots: usize = 0;
let mask: u32 = 0;
let count: u32 = 0;

/** Method of the routes that take every method. */
export const EVERY_METHOD: u32 = 0;

function hashCell(node: u32, host: u32, method: u32): u32 {
  return hashEnd(node * 0x9e3779b1 + host * 0x85ebca77 + method * 0xc2b2ae3d);
}

function grow(): void {
  const oldSlots = slots;
  const oldCount: u32 = oldSlots == 0 ? 0 : mask + 1;
  const newCount = oldCount == 0 ? FIRST_SLOT_COUNT : oldCount * 2;
  slots = heap.alloc(<usize>newCount * SLOT_SIZE);
  mask = newCount - 1;
  memory.fill(slots, 0, <usize>newCount * SLOT_SIZE);
  for (let index: u32 = 0; index < oldCount; index++) {
    const old = oldSlots + <usize>index * SLOT_SIZE;
    if (load<u32>(old, IS_TAKEN) == 0) continue;
    memory.copy(slotOf(load<u32>(old), load<u32>(old, HOST), load<u32>(old, METHOD)), old, SLOT_SIZE);
  }
  if (oldSlots != 0) heap.free(oldSlots);
}

/** The slot of the key, or the empty one where it would be put. */
function slotOf(node: u32, host: u32, method: u32): usize {
  let index = hashCell(node, host, method) & mask;
  while (true) {
    const slot = slots + <usize>index * SLOT_SIZE;
    if (load<u32>(slot, IS_TAKEN) == 0) return slot;
    if (load<u32>(slot) == node && load<u32>(slot, HOST) == host && load<u32>(slot, METHOD) == method) return slot;
    index = (index + 1) & mask;
  }
}

/** Puts a route where the three meet. Of two in one place the lower rank stays, and of equal ranks the first. */
export function addCell(node: u32, host: u32, method: u32, route: u32, rank: u32): void {
  if (slots == 0 || (count + 1) * 2 > mask + 1) grow();
  const slot = slotOf(node, host, method);
  if (load<u32>(slot, IS_TAKEN) == 0) {
    count++;
  } else if (load<u32>(slot, RANK) <= rank) {
    return;
  }
  store<u32>(slot, node);
  store<u32>(slot, host, HOST);
  store<u32>(slot, method, METHOD);
  store<u32>(slot, route, ROUTE);
  store<u32>(slot, rank, RANK);
  store<u32>(slot, 1, IS_TAKEN);
}

/** The route there, or -1. */
export function findCell(node: u32, host: u32, method: u32): i32 {
  const slot = slotOf(node, host, method);
  return load<u32>(slot, IS_TAKEN) == 0 ? -1 : <i32>load<u32>(slot, ROUTE);
}

// What a node has, so that a look-up asks only for what may be there.
const HAS_HOST: u32 = 1;
const HAS_METHOD: u32 = 2;

/** One word of {@link HAS_HOST} and {@link HAS_METHOD}, and one with the route for every host and method, plus one. */
const NODE_SIZE: usize = 8;
const PLAIN_ROUTE: usize = 4;
let nodes: usize = 0;

/** Sums up what each node has, after the last `addCell`. */
export function finishCells(nodeCount: u32): void {
  nodes = heap.alloc(<usize>nodeCount * NODE_SIZE);
  memory.fill(nodes, 0, <usize>nodeCount * NODE_SIZE);
  if (slots == 0) grow();
  for (let index: u32 = 0; index <= mask; index++) {
    const slot = slots + <usize>index * SLOT_SIZE;
    if (load<u32>(slot, IS_TAKEN) == 0) continue;
    const node = nodes + <usize>load<u32>(slot) * NODE_SIZE;
    const isHostSpecific = load<u32>(slot, HOST) != EVERY_HOST;
    const isMethodSpecific = load<u32>(slot, METHOD) != EVERY_METHOD;
    if (isHostSpecific) store<u32>(node, load<u32>(node) | HAS_HOST);
    if (isMethodSpecific) store<u32>(node, load<u32>(node) | HAS_METHOD);
    if (!isHostSpecific && !isMethodSpecific) store<u32>(node, load<u32>(slot, ROUTE) + 1, PLAIN_ROUTE);
  }
}

/** The best route of one node for hosts from the end of the list to its beginning, or -1. */
export function bestAtNode(nodeIndex: u32, hosts: usize, hostCount: u32, method: u32): i32 {
  const node = nodes + <usize>nodeIndex * NODE_SIZE;
  const has = load<u32>(node);
  const isMethodAsked = method != EVERY_METHOD && (has & HAS_METHOD) != 0;
  if ((has & HAS_HOST) != 0) {
    for (let index = hostCount - 1; index > 0; index--) {
      const host = load<u32>(hosts + <usize>index * 4);
      if (isMethodAsked) {
        const route = findCell(nodeIndex, host, method);
        if (route >= 0) return route;
      }
      const route = findCell(nodeIndex, host, EVERY_METHOD);
      if (route >= 0) return route;
    }
  }
  if (isMethodAsked) {
    const route = findCell(nodeIndex, EVERY_HOST, method);
    if (route >= 0) return route;
  }
  return <i32>load<u32>(node, PLAIN_ROUTE) - 1;
}
