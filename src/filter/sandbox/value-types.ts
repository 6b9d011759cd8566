import type { ByteCursor } from "./byte-cursor.ts";
import { moduleUnsupported } from "./module-failure.ts";

const VALUE_TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [0x7f, "i32"],
  [0x7e, "i64"],
  [0x7d, "f32"],
  [0x7c, "f64"],
  [0x7b, "v128"],
  [0x70, "funcref"],
  [0x6f, "externref"],
  [0x69, "exnref"],
  // What has no value but null; some assemblers write these for it.
  [0x73, "nullfuncref"],
  [0x72, "nullexternref"],
  [0x74, "nullexnref"],
]);

const GC_TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [0x6e, "any"],
  [0x6d, "eq"],
  [0x6c, "i31"],
  [0x6b, "struct"],
  [0x6a, "array"],
  [0x71, "none"],
]);

/** Abstract heap types as an s33. */
const HEAP_TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [0x70 - 0x80, "func"],
  [0x6f - 0x80, "extern"],
  [0x69 - 0x80, "exn"],
  [0x73 - 0x80, "nofunc"],
  [0x72 - 0x80, "noextern"],
  [0x74 - 0x80, "noexn"],
]);

/** Reads one value type (§5.3.4) and names it as the text format does. `typeCount` bounds references to types. */
export function readValueType(cursor: ByteCursor, typeCount: number): string {
  const code = cursor.byte();
  const name = VALUE_TYPE_NAMES.get(code);
  if (name !== undefined) return name;
  if (code === 0x63) return `(ref null ${readHeapType(cursor, typeCount)})`;
  if (code === 0x64) return `(ref ${readHeapType(cursor, typeCount)})`;
  const gcName = GC_TYPE_NAMES.get(code);
  if (gcName !== undefined) throw moduleUnsupported(`GC type ${gcName} is not supported`);
  return cursor.fail(`unknown value type 0x${code.toString(16).padStart(2, "0")}`);
}

/** Reads one heap type (§5.3.3). */
export function readHeapType(cursor: ByteCursor, typeCount: number): string {
  const code = cursor.s33();
  if (code >= 0) return code < typeCount ? String(code) : cursor.fail(`there is no type ${code}`);
  const name = HEAP_TYPE_NAMES.get(code);
  if (name !== undefined) return name;
  const gcName = GC_TYPE_NAMES.get(code + 0x80);
  if (gcName !== undefined) throw moduleUnsupported(`GC type ${gcName} is not supported`);
  return cursor.fail("unknown heap type");
}

/** Passes over a block type (§5.4.1): nothing, one value type, or the index of a function type. */
export function skipBlockType(cursor: ByteCursor, typeCount: number): void {
  const code = cursor.peek();
  // One byte below zero as an s33 is a value type or, 0x40, nothing.
  if (code === 0x40) cursor.position++;
  else if (code > 0x40 && code < 0x80) readValueType(cursor, typeCount);
  else {
    const index = cursor.s33();
    if (index < 0 || index >= typeCount) cursor.fail("unknown block type");
  }
}
