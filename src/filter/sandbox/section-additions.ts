import { ByteWriter } from "./byte-writer.ts";
import { CHARGE_EXPORT, HOOK_TABLE_EXPORT, METER_TYPE_COUNT, START_EXPORT } from "./meter-code.ts";
import type { RewritePlan } from "./rewrite-plan.ts";
import { SECTION } from "./sections.ts";

const FUNCTION_KIND = 0;
const TABLE_KIND = 1;
const I32 = 0x7f;
const FUNCREF = 0x70;

/** How many entries the meter adds to a section. */
export function addedCount(id: number, plan: RewritePlan): number {
  switch (id) {
    case SECTION.type:
      return METER_TYPE_COUNT;
    case SECTION.function:
    case SECTION.code:
      return plan.meter.functionBodies.length;
    case SECTION.table:
    case SECTION.global:
      return 1;
    case SECTION.export:
      return plan.meter.startFunction < 0 ? 2 : 3;
    default:
      return 0;
  }
}

/** Writes those entries. */
export function writeAddedEntries(out: ByteWriter, id: number, plan: RewritePlan): void {
  const { meter } = plan;
  switch (id) {
    case SECTION.type:
      // The hook, which gives the next fuel; the refill, which calls it; and charges by an operand.
      for (const byte of [0x60, 0, 1, I32, 0x60, 0, 0, 0x60, 1, I32, 1, I32]) out.byte(byte);
      break;
    case SECTION.function:
      for (const typeIndex of meter.functionTypes) out.u32(typeIndex);
      break;
    case SECTION.code:
      for (const body of meter.functionBodies) out.append(body);
      break;
    case SECTION.table:
      for (const byte of [FUNCREF, 1, 1, 1]) out.byte(byte);
      break;
    case SECTION.global:
      // Zero, so that the hook is called first of all, whatever runs first.
      for (const byte of [I32, 1, 0x41, 0, 0x0b]) out.byte(byte);
      break;
    case SECTION.export:
      writeExport(out, HOOK_TABLE_EXPORT, TABLE_KIND, meter.hookTable);
      writeExport(out, CHARGE_EXPORT, FUNCTION_KIND, meter.chargeFunction);
      if (meter.startFunction >= 0) writeExport(out, START_EXPORT, FUNCTION_KIND, meter.startFunction);
      break;
  }
}

/** Content of a section that the module lacks and needs now; undefined for any other. */
export function addedSection(id: number, plan: RewritePlan): Uint8Array | undefined {
  const count = addedCount(id, plan);
  if (count === 0) return undefined;
  const writer = new ByteWriter(256, 1 << 26);
  writer.u32(count);
  writeAddedEntries(writer, id, plan);
  return writer.finish();
}

function writeExport(out: ByteWriter, name: string, kind: number, index: number): void {
  const encoded = new TextEncoder().encode(name);
  out.u32(encoded.length);
  out.append(encoded);
  out.byte(kind);
  out.u32(index);
}
