import type { MeterCode } from "./meter-code.ts";
import { moduleUnsupported } from "./module-failure.ts";
import type { ModuleLayout } from "./module-layout.ts";
import type { ModuleRewriter } from "./module-rewriter.ts";
import { IMMEDIATE, PLAIN_OPCODES, prefixedImmediate } from "./opcodes.ts";
import { opcodeDescription } from "./unsupported-opcodes.ts";
import { readHeapType, readValueType, skipBlockType } from "./value-types.ts";

/** What instructions may refer to, and what is put between them. */
export interface InstructionContext {
  readonly meter: MeterCode;
  readonly typeCount: number;
  readonly functionCount: number;
  readonly importedFunctionCount: number;
  readonly tableCount: number;
  readonly globalCount: number;
  readonly hasSharedMemory: boolean;
}

export function instructionContext(layout: ModuleLayout, meter: MeterCode): InstructionContext {
  return {
    meter,
    typeCount: layout.types.length,
    functionCount: layout.functionTypes.length,
    importedFunctionCount: layout.importedFunctionCount,
    tableCount: layout.tables.length,
    globalCount: layout.globalCount,
    hasSharedMemory: layout.memories.some((memory) => memory.isShared),
  };
}

const END = 0x0b;

/** Rewrites a constant expression (§5.4.9), which ends with its first `end`. */
export function rewriteConstant(rewriter: ModuleRewriter, context: InstructionContext): void {
  while (rewriter.peek() !== END) rewriteInstruction(rewriter, context);
  rewriter.position++;
}

/** Rewrites instructions up to the rewriter's limit, the end of a function. */
export function rewriteBody(rewriter: ModuleRewriter, context: InstructionContext): void {
  rewriter.insertAt(rewriter.position, context.meter.tick);
  while (rewriter.position < rewriter.limit) rewriteInstruction(rewriter, context);
}

function rewriteInstruction(rewriter: ModuleRewriter, context: InstructionContext): void {
  const start = rewriter.position;
  const opcode = rewriter.byte();
  const kind = PLAIN_OPCODES[opcode] ?? IMMEDIATE.unknown;
  switch (kind) {
    case IMMEDIATE.none:
      return;
    case IMMEDIATE.index:
      rewriter.u32();
      return;
    case IMMEDIATE.memoryAccess:
      skipMemoryAccess(rewriter);
      return;
    case IMMEDIATE.s32:
      rewriter.skipS32();
      return;
    case IMMEDIATE.functionIndex:
      rewriteFunctionIndex(rewriter, context);
      return;
    case IMMEDIATE.blockType:
      skipBlockType(rewriter, context.typeCount);
      return;
    case IMMEDIATE.loop:
      skipBlockType(rewriter, context.typeCount);
      rewriter.insertAt(rewriter.position, context.meter.tick);
      return;
    case IMMEDIATE.globalIndex:
      rewriter.index(context.globalCount, "global");
      return;
    case IMMEDIATE.s64:
      rewriter.skipS64();
      return;
    case IMMEDIATE.callIndirect:
      rewriter.index(context.typeCount, "type");
      rewriter.index(context.tableCount, "table");
      return;
    case IMMEDIATE.eightBytes:
      rewriter.skip(8);
      return;
    case IMMEDIATE.fourBytes:
      rewriter.skip(4);
      return;
    case IMMEDIATE.labelTable:
      for (let left = rewriter.count("labels"); left >= 0; left--) rewriter.u32();
      return;
    case IMMEDIATE.prefix:
      rewritePrefixed(rewriter, context, start, opcode);
      return;
    case IMMEDIATE.memoryGrow:
      rewriter.u32();
      rewriter.insertAt(start, context.meter.chargeGrowth);
      return;
    default:
      rewriteRare(rewriter, context, kind, opcode);
  }
}

function rewriteRare(rewriter: ModuleRewriter, context: InstructionContext, kind: number, opcode: number): void {
  switch (kind) {
    case IMMEDIATE.typeIndex:
      rewriter.index(context.typeCount, "type");
      return;
    case IMMEDIATE.tableIndex:
      rewriter.index(context.tableCount, "table");
      return;
    case IMMEDIATE.selectTypes:
      for (let left = rewriter.count("types"); left > 0; left--) readValueType(rewriter, context.typeCount);
      return;
    case IMMEDIATE.heapType:
      readHeapType(rewriter, context.typeCount);
      return;
    case IMMEDIATE.tryTable:
      skipBlockType(rewriter, context.typeCount);
      for (let left = rewriter.count("catch clauses"); left > 0; left--) skipCatch(rewriter);
      return;
    default:
      throw unsupportedOpcode(opcode, opcode === 0xfb ? rewriter.u32() : -1);
  }
}

/** Instructions of two parts. `start` is where the first part lies. */
function rewritePrefixed(rewriter: ModuleRewriter, context: InstructionContext, start: number, prefix: number): void {
  const opcode = rewriter.u32();
  const meter = context.meter;
  switch (prefixedImmediate(prefix, opcode)) {
    case IMMEDIATE.none:
      return;
    case IMMEDIATE.index:
      rewriter.u32();
      return;
    case IMMEDIATE.memoryAccess:
      skipMemoryAccess(rewriter);
      return;
    case IMMEDIATE.oneByte:
    case IMMEDIATE.lane:
      rewriter.skip(1);
      return;
    case IMMEDIATE.memoryAccessAndLane:
      skipMemoryAccess(rewriter);
      rewriter.skip(1);
      return;
    case IMMEDIATE.sixteenBytes:
      rewriter.skip(16);
      return;
    case IMMEDIATE.memoryWait:
      // On a memory that is not shared it traps. On a shared one it would stop the thread, and no fuel is used asleep.
      if (context.hasSharedMemory) throw moduleUnsupported("memory.atomic.wait on a shared memory may never return");
      skipMemoryAccess(rewriter);
      return;
    case IMMEDIATE.memoryFill:
      rewriter.u32();
      rewriter.insertAt(start, meter.chargeBytes);
      return;
    case IMMEDIATE.memoryInit:
    case IMMEDIATE.memoryCopy:
      rewriter.u32();
      rewriter.u32();
      rewriter.insertAt(start, meter.chargeBytes);
      return;
    case IMMEDIATE.tableInit:
      rewriter.u32();
      rewriter.index(context.tableCount, "table");
      rewriter.insertAt(start, meter.chargeElements);
      return;
    case IMMEDIATE.tableCopy:
      rewriter.index(context.tableCount, "table");
      rewriter.index(context.tableCount, "table");
      rewriter.insertAt(start, meter.chargeElements);
      return;
    case IMMEDIATE.tableGrow:
    case IMMEDIATE.tableFill:
      rewriter.index(context.tableCount, "table");
      rewriter.insertAt(start, meter.chargeElements);
      return;
    case IMMEDIATE.tableIndex:
      rewriter.index(context.tableCount, "table");
      return;
    default:
      throw unsupportedOpcode(prefix, opcode);
  }
}

/** Reads a function index, and writes the wrapper's where it is an import. */
export function rewriteFunctionIndex(rewriter: ModuleRewriter, context: InstructionContext): void {
  const start = rewriter.position;
  const index = rewriter.index(context.functionCount, "function");
  if (index < context.importedFunctionCount) rewriter.replaceFrom(start).u32(context.meter.firstWrapper + index);
}

/** Alignment, for multi-memory the memory, and offset. */
function skipMemoryAccess(rewriter: ModuleRewriter): void {
  const flags = rewriter.u32();
  if (flags >= 0x80) rewriter.fail("unknown memory access");
  if (flags >= 0x40) rewriter.u32();
  rewriter.u32();
}

function skipCatch(rewriter: ModuleRewriter): void {
  const kind = rewriter.byte();
  if (kind > 3) rewriter.fail(`unknown catch clause ${kind}`);
  if (kind < 2) rewriter.u32();
  rewriter.u32();
}

function unsupportedOpcode(opcode: number, subOpcode: number): Error {
  return moduleUnsupported(`${opcodeDescription(opcode, subOpcode)} is not supported`);
}
