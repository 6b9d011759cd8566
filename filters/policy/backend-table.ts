// The table that the host keeps up to date; its layout is the ABI's (docs/policy-abi.md, "The backend table").
const HEADER_SIZE: usize = 16;
const RECORD_SIZE: usize = 32;
const FLAGS: usize = 4;
const ACTIVE: usize = 8;
const ID_HASH: usize = 12;
const LATENCY: usize = 16;
const IS_HEALTHY: u32 = 1;

let table: usize = 0;
export let backendCount: u32 = 0;

/** Makes room for the table and gives its address. The host fills it before the first pick. */
export function makeTable(count: u32): usize {
  const size = HEADER_SIZE + <usize>count * RECORD_SIZE;
  table = heap.alloc(size);
  memory.fill(table, 0, size);
  backendCount = count;
  return table;
}

/** Changes whenever a weight or the health of a backend did. */
export function tableGeneration(): u32 {
  return load<u32>(table);
}

function recordOf(backend: u32): usize {
  return table + HEADER_SIZE + <usize>backend * RECORD_SIZE;
}

export function weightOf(backend: u32): u32 {
  return load<u32>(recordOf(backend));
}

export function isHealthy(backend: u32): bool {
  return (load<u32>(recordOf(backend), FLAGS) & IS_HEALTHY) != 0;
}

/** Requests now in flight to the backend. */
export function activeOf(backend: u32): u32 {
  return load<u32>(recordOf(backend), ACTIVE);
}

/** Hash of the backend's id: the same in every shard and after every restart. */
export function idHashOf(backend: u32): u32 {
  return load<u32>(recordOf(backend), ID_HASH);
}

/** Average latency in milliseconds, negative before the first measure. */
export function latencyOf(backend: u32): f64 {
  return load<f64>(recordOf(backend), LATENCY);
}

/** True when the request was tried there already; the mask knows the first 32 backends only. */
export function isExcluded(backend: u32, excludedMask: u32): bool {
  return backend < 32 && ((excludedMask >>> backend) & 1) != 0;
}
