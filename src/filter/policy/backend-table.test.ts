import { expect, test } from "bun:test";
import { BackendTable, tableBytes } from "./backend-table.ts";

const ADDRESS = 4096;

function record(memory: WebAssembly.Memory, index: number): Record<string, number> {
  const view = new DataView(memory.buffer, ADDRESS + 16 + 32 * index);
  return {
    weight: view.getUint32(0, true),
    flags: view.getUint32(4, true),
    active: view.getUint32(8, true),
    idHash: view.getUint32(12, true),
    latencyMs: view.getFloat64(16, true),
    reserved: view.getFloat64(24, true),
  };
}

function attachedTable(): { table: BackendTable; memory: WebAssembly.Memory } {
  const table = new BackendTable([
    { id: "a", weight: 7 },
    { id: "foobar", weight: 1000 },
  ]);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 3 });
  new Uint8Array(memory.buffer).fill(0xee);
  table.attach(memory, ADDRESS);
  return { table, memory };
}

test("the layout is the one of the ABI", () => {
  const { memory } = attachedTable();
  const header = new DataView(memory.buffer, ADDRESS);
  expect([0, 4, 8, 12].map((offset) => header.getUint32(offset, true))).toEqual([1, 2, 0, 0]);
  // The hashes are the published test vectors of FNV-1a.
  expect(record(memory, 0)).toEqual({ weight: 7, flags: 1, active: 0, idHash: 0xe40c292c, latencyMs: -1, reserved: 0 });
  expect(record(memory, 1)["idHash"]).toBe(0xbf9cf968);
});

test("nothing beside the table is touched", () => {
  const { table, memory } = attachedTable();
  for (const index of [-1, 2, 1e6]) {
    table.setHealthy(index, false);
    table.addActive(index, 1);
    table.addLatency(index, 1);
  }
  const bytes = new Uint8Array(memory.buffer);
  expect(bytes.subarray(0, ADDRESS).every((byte) => byte === 0xee)).toBe(true);
  expect(bytes.subarray(ADDRESS + tableBytes(2)).every((byte) => byte === 0xee)).toBe(true);
});

test("the latency is an average in which a new measure counts for a fifth", () => {
  const { table, memory } = attachedTable();
  table.addLatency(0, 100);
  expect(record(memory, 0)["latencyMs"]).toBe(100);
  table.addLatency(0, 200);
  expect(record(memory, 0)["latencyMs"]).toBe(120);
  table.addLatency(1, 0);
  expect(record(memory, 1)["latencyMs"]).toBe(0);
});

test("changes reach a memory that has grown", () => {
  const { table, memory } = attachedTable();
  memory.grow(1);
  table.keepAttached();
  table.addActive(1, 1);
  table.setHealthy(0, false);
  expect([record(memory, 1)["active"], record(memory, 0)["flags"]]).toEqual([1, 0]);
});

test("a table at an odd address is refused", () => {
  const { table, memory } = attachedTable();
  expect(() => table.attach(memory, ADDRESS + 4)).toThrow("aligned to 8 bytes");
});
