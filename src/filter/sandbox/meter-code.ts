import { ByteWriter } from "./byte-writer.ts";
import type { ModuleLayout } from "./module-layout.ts";

/**
 * The code that is added to a module so that its running time can be held to a deadline, and where it goes.
 *
 * All of it is appended, so that no index in the module changes: a counter (global), a table with one slot for the
 * host's hook, three types, and functions. The one exception is on purpose: whatever named an imported function names a
 * wrapper of it now, which charges for the call. The host's side takes longer than an instruction does.
 *
 * The counter is not exported: the engine keeps a global that only the module can reach in the instance itself, one
 * memory access nearer.
 */
export interface MeterCode {
  readonly fuelGlobal: number;
  readonly hookTable: number;
  /** Index of the first of three types that are added. */
  readonly firstType: number;
  /** Inserted at function entries and loop headers. */
  readonly tick: Uint8Array;
  /** Inserted before instructions whose topmost operand is a number of bytes, elements, or pages to grow by. */
  readonly chargeBytes: Uint8Array;
  readonly chargeElements: Uint8Array;
  readonly chargeGrowth: Uint8Array;
  /** Entries of the function section to append. */
  readonly functionTypes: readonly number[];
  /** Entries of the code section to append, sizes included. */
  readonly functionBodies: readonly Uint8Array[];
  /** Index of the wrapper of imported function 0; the others follow it. */
  readonly firstWrapper: number;
  /** Index of the function that takes its parameter from the counter, for the host. */
  readonly chargeFunction: number;
  /** Index of a function that calls the start function, or -1 when there is none. */
  readonly startFunction: number;
}

/** Names of the exports that are added; a module that has one of them already is refused. */
export const METER_EXPORT_PREFIX = "__meter_";
export const HOOK_TABLE_EXPORT = "__meter_table";
export const CHARGE_EXPORT = "__meter_charge";
/** In the place of the start section, which would run before there is a hook. */
export const START_EXPORT = "__meter_start";

/** How many types, and functions besides the wrappers, are added. */
export const METER_TYPE_COUNT = 3;

/** Fuel for one call of the host: that takes from 30 ns to some microseconds, a loop round 1 to 4 ns. */
const HOST_CALL_FUEL = 256;
/** One unit of fuel for 64 bytes: memory is filled at 4 to 20 bytes per nanosecond. */
const BYTES_PER_FUEL_SHIFT = 6;
/** Fuel for growing a memory, which may have the engine map or copy it. */
const GROWTH_FUEL = 2048;

/**
 * Instructions that do nothing, so that the refill is too long to be put inline. Its indirect call, once inlined into a
 * loop, has the optimising compiler keep the loop's values on the stack: a loop of 1.1 ns a round then takes 2.8 ns.
 * With 256 of them it was still inlined once it had run often, with 600 it was not.
 */
const REFILL_PADDING = 1024;

const OP = {
  nop: 0x01,
  if: 0x04,
  end: 0x0b,
  call: 0x10,
  callIndirect: 0x11,
  localGet: 0x20,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i32LtS: 0x48,
  i32Sub: 0x6b,
  i32ShrU: 0x76,
} as const;

const NO_RESULT = 0x40;

export function createMeterCode(layout: ModuleLayout): MeterCode {
  const fuelGlobal = layout.globalCount;
  const hookTable = layout.tables.length;
  const firstType = layout.types.length;
  const hookType = firstType;
  const refillType = firstType + 1;
  const chargeType = firstType + 2;
  const refill = layout.functionTypes.length;
  const charge = (amount: (code: ByteWriter) => void): Uint8Array =>
    code((writer) => {
      writer.byte(OP.globalGet);
      writer.u32(fuelGlobal);
      amount(writer);
      for (const part of [OP.i32Sub, OP.globalSet]) writer.byte(part);
      writer.u32(fuelGlobal);
      writer.byte(OP.globalGet);
      writer.u32(fuelGlobal);
      for (const part of [OP.i32Const, 0, OP.i32LtS, OP.if, NO_RESULT, OP.call]) writer.byte(part);
      writer.u32(refill);
      writer.byte(OP.end);
    });
  const constant = (fuel: number): Uint8Array => charge((writer) => writeI32Const(writer, fuel));
  const shifted = (shift: number): Uint8Array =>
    charge((writer) => {
      for (const part of [OP.localGet, 0, OP.i32Const, shift, OP.i32ShrU]) writer.byte(part);
    });
  const refillBody = code((writer) => {
    for (let left = REFILL_PADDING; left > 0; left--) writer.byte(OP.nop);
    for (const part of [OP.i32Const, 0, OP.callIndirect]) writer.byte(part);
    writer.u32(hookType);
    writer.u32(hookTable);
    writer.byte(OP.globalSet);
    writer.u32(fuelGlobal);
  });
  const bodies = [
    functionBody(refillBody),
    functionBody(shifted(BYTES_PER_FUEL_SHIFT), parameters(1)),
    functionBody(shifted(0), parameters(1)),
    functionBody(constant(GROWTH_FUEL), parameters(1)),
  ];
  const types = [refillType, chargeType, chargeType, chargeType];
  const firstWrapper = refill + bodies.length;
  const hostCall = constant(HOST_CALL_FUEL);
  for (let index = 0; index < layout.importedFunctionCount; index++) {
    const typeIndex = layout.functionTypes[index] ?? 0;
    const parameterCount = layout.types[typeIndex]?.parameters.length ?? 0;
    types.push(typeIndex);
    bodies.push(functionBody(hostCall, parameters(parameterCount), callOf(index)));
  }
  let startFunction = -1;
  if (layout.startFunction >= 0) {
    // Called from a function of its own: the engine then checks its type, and exporting it would allow more references.
    startFunction = refill + bodies.length;
    types.push(refillType);
    bodies.push(functionBody(callOf(layout.startFunction)));
  }
  return {
    fuelGlobal,
    hookTable,
    firstType,
    tick: constant(1),
    chargeBytes: callOf(refill + 1),
    chargeElements: callOf(refill + 2),
    chargeGrowth: callOf(refill + 3),
    functionTypes: types,
    functionBodies: bodies,
    firstWrapper,
    chargeFunction: refill + 2,
    startFunction,
  };
}

function callOf(functionIndex: number): Uint8Array {
  return code((writer) => {
    writer.byte(OP.call);
    writer.u32(functionIndex);
  });
}

/** Pushes the first `count` parameters. */
function parameters(count: number): Uint8Array {
  return code((writer) => {
    for (let index = 0; index < count; index++) {
      writer.byte(OP.localGet);
      writer.u32(index);
    }
  });
}

function functionBody(...parts: readonly Uint8Array[]): Uint8Array {
  const body = code((writer) => {
    writer.byte(0);
    for (const part of parts) writer.append(part);
    writer.byte(OP.end);
  });
  return code((writer) => {
    writer.u32(body.length);
    writer.append(body);
  });
}

function writeI32Const(writer: ByteWriter, value: number): void {
  writer.byte(OP.i32Const);
  // Signed LEB128 of a small positive number.
  let rest = value;
  for (; rest > 0x3f; rest >>= 7) writer.byte((rest & 0x7f) | 0x80);
  writer.byte(rest);
}

function code(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter(64, 1 << 20);
  write(writer);
  return writer.finish();
}
