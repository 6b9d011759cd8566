/**
 * What follows each opcode: its immediates, by kind. Whatever is not listed is refused, so that a proposal that the
 * engine learns later cannot carry instructions past the meter.
 * @module
 */

/** Immediates of an instruction (WebAssembly core specification §5.4, and the proposals that engines ship). */
export const IMMEDIATE = {
  unknown: 0,
  none: 1,
  /** One index or label that only the engine needs to check. */
  index: 2,
  blockType: 3,
  loop: 4,
  labelTable: 5,
  functionIndex: 6,
  callIndirect: 7,
  typeIndex: 8,
  selectTypes: 9,
  tableIndex: 10,
  globalIndex: 11,
  memoryAccess: 12,
  s32: 13,
  s64: 14,
  fourBytes: 15,
  eightBytes: 16,
  heapType: 17,
  tryTable: 18,
  /** `memory.grow`. */
  memoryGrow: 19,
  /** Two bytes or more: the sub-opcode has a table of its own. */
  prefix: 20,
  lane: 21,
  memoryAccessAndLane: 22,
  sixteenBytes: 23,
  oneByte: 24,
  memoryWait: 25,
  // Bulk instructions take as long as their operand says, and are charged for it.
  memoryInit: 26,
  memoryCopy: 27,
  memoryFill: 28,
  tableInit: 29,
  tableCopy: 30,
  tableGrow: 31,
  tableFill: 32,
} as const;

function table(size: number, ...entries: readonly (readonly [from: number, to: number, kind: number])[]): Uint8Array {
  const kinds = new Uint8Array(size);
  for (const [from, to, kind] of entries) kinds.fill(kind, from, to + 1);
  return kinds;
}

/** One-byte opcodes. */
export const PLAIN_OPCODES: Uint8Array = table(
  256,
  [0x00, 0x01, IMMEDIATE.none], // unreachable, nop
  [0x02, 0x02, IMMEDIATE.blockType], // block
  [0x03, 0x03, IMMEDIATE.loop],
  [0x04, 0x04, IMMEDIATE.blockType], // if
  [0x05, 0x05, IMMEDIATE.none], // else
  [0x06, 0x06, IMMEDIATE.blockType], // try
  [0x07, 0x09, IMMEDIATE.index], // catch, throw, rethrow
  [0x0a, 0x0b, IMMEDIATE.none], // throw_ref, end
  [0x0c, 0x0d, IMMEDIATE.index], // br, br_if
  [0x0e, 0x0e, IMMEDIATE.labelTable], // br_table
  [0x0f, 0x0f, IMMEDIATE.none], // return
  [0x10, 0x10, IMMEDIATE.functionIndex], // call
  [0x11, 0x11, IMMEDIATE.callIndirect],
  [0x12, 0x12, IMMEDIATE.functionIndex], // return_call
  [0x13, 0x13, IMMEDIATE.callIndirect], // return_call_indirect
  [0x14, 0x15, IMMEDIATE.typeIndex], // call_ref, return_call_ref
  [0x18, 0x18, IMMEDIATE.index], // delegate
  [0x19, 0x1b, IMMEDIATE.none], // catch_all, drop, select
  [0x1c, 0x1c, IMMEDIATE.selectTypes],
  [0x1f, 0x1f, IMMEDIATE.tryTable],
  [0x20, 0x22, IMMEDIATE.index], // local.get, local.set, local.tee
  [0x23, 0x24, IMMEDIATE.globalIndex], // global.get, global.set
  [0x25, 0x26, IMMEDIATE.tableIndex], // table.get, table.set
  [0x28, 0x3e, IMMEDIATE.memoryAccess], // loads and stores
  [0x3f, 0x3f, IMMEDIATE.index], // memory.size
  [0x40, 0x40, IMMEDIATE.memoryGrow],
  [0x41, 0x41, IMMEDIATE.s32], // i32.const
  [0x42, 0x42, IMMEDIATE.s64], // i64.const
  [0x43, 0x43, IMMEDIATE.fourBytes], // f32.const
  [0x44, 0x44, IMMEDIATE.eightBytes], // f64.const
  [0x45, 0xc4, IMMEDIATE.none], // numbers
  [0xd0, 0xd0, IMMEDIATE.heapType], // ref.null
  [0xd1, 0xd1, IMMEDIATE.none], // ref.is_null
  [0xd2, 0xd2, IMMEDIATE.functionIndex], // ref.func
  [0xd4, 0xd4, IMMEDIATE.none], // ref.as_non_null
  [0xd5, 0xd6, IMMEDIATE.index], // br_on_null, br_on_non_null
  [0xfc, 0xfe, IMMEDIATE.prefix],
);

/** After 0xfc: saturating conversions, bulk instructions and wide arithmetic. */
const BULK_OPCODES: Uint8Array = table(
  23,
  [0, 7, IMMEDIATE.none],
  [8, 8, IMMEDIATE.memoryInit],
  [9, 9, IMMEDIATE.index], // data.drop
  [10, 10, IMMEDIATE.memoryCopy],
  [11, 11, IMMEDIATE.memoryFill],
  [12, 12, IMMEDIATE.tableInit],
  [13, 13, IMMEDIATE.index], // elem.drop
  [14, 14, IMMEDIATE.tableCopy],
  [15, 15, IMMEDIATE.tableGrow],
  [16, 16, IMMEDIATE.tableIndex], // table.size
  [17, 17, IMMEDIATE.tableFill],
  [19, 22, IMMEDIATE.none], // i64.add128 and so on
);

/** After 0xfd: SIMD, and from 0x100 on relaxed SIMD. */
const VECTOR_OPCODES: Uint8Array = table(
  0x114,
  [0x00, 0x0b, IMMEDIATE.memoryAccess],
  [0x0c, 0x0d, IMMEDIATE.sixteenBytes], // v128.const, i8x16.shuffle
  [0x0e, 0x14, IMMEDIATE.none],
  [0x15, 0x22, IMMEDIATE.lane],
  [0x23, 0x53, IMMEDIATE.none],
  [0x54, 0x5b, IMMEDIATE.memoryAccessAndLane],
  [0x5c, 0x5d, IMMEDIATE.memoryAccess], // v128.load32_zero, v128.load64_zero
  [0x5e, 0xff, IMMEDIATE.none],
  [0x100, 0x113, IMMEDIATE.none],
);
for (const gap of [0x9a, 0xa2, 0xa5, 0xa6, 0xaf, 0xb0, 0xb2, 0xb3, 0xb4, 0xbb, 0xc2, 0xc5, 0xc6, 0xcf, 0xd0, 0xd2]) {
  VECTOR_OPCODES[gap] = IMMEDIATE.unknown;
}
for (const gap of [0xd3, 0xd4, 0xe2, 0xee]) VECTOR_OPCODES[gap] = IMMEDIATE.unknown;

/** After 0xfe: atomics. */
const ATOMIC_OPCODES: Uint8Array = table(
  0x4f,
  [0x00, 0x00, IMMEDIATE.memoryAccess], // memory.atomic.notify
  [0x01, 0x02, IMMEDIATE.memoryWait],
  [0x03, 0x03, IMMEDIATE.oneByte], // atomic.fence
  [0x10, 0x4e, IMMEDIATE.memoryAccess],
);

/** Kind of immediates of a two-part opcode. */
export function prefixedImmediate(prefix: number, opcode: number): number {
  const kinds = prefix === 0xfd ? VECTOR_OPCODES : prefix === 0xfc ? BULK_OPCODES : ATOMIC_OPCODES;
  return kinds[opcode] ?? IMMEDIATE.unknown;
}
