import { ByteWriter } from "./byte-writer.ts";
import { instructionContext } from "./instruction-rewriter.ts";
import { capLimits, MAX_PAGES, MAX_TABLE_ELEMENTS, PAGE_BYTES } from "./limits.ts";
import { createMeterCode } from "./meter-code.ts";
import { moduleMemoryExceeded, moduleTooLarge } from "./module-failure.ts";
import { readLayout } from "./module-layout.ts";
import { ModuleRewriter } from "./module-rewriter.ts";
import type { RewritePlan } from "./rewrite-plan.ts";
import { addedSection } from "./section-additions.ts";
import { rewriteSection } from "./section-rewriter.ts";
import { HEADER_BYTES, SECTION, SECTION_ORDER } from "./sections.ts";

export interface InstrumentOptions {
  /** What all memories of the module may grow to, in bytes, whole pages of 64 KiB. */
  readonly memoryMaxBytes: number;
  /** What all tables of the module may grow to, in elements; 262,144 by default, some 8 MiB. */
  readonly tableMaxElements?: number;
}

/** Larger modules are refused. The largest filter known, a web application firewall with its rules, has 25 MB. */
export const MODULE_MAX_BYTES: number = 64 * 1024 * 1024;

const INSTRUMENTED_MAX_BYTES = 4 * MODULE_MAX_BYTES;
const DEFAULT_TABLE_MAX_ELEMENTS = 262_144;

/**
 * Rewrites a module so that it can be held to a deadline (by a `Meter`, which must be attached to each instance) and to
 * an amount of memory. Nothing else of what it does changes. Its start function becomes an export that the meter calls.
 *
 * The result is valid when `bytes` are; it does not check what the engine checks anyway. Throws a `SpookyError`:
 * `SPK_MODULE_INVALID`, `SPK_MODULE_UNSUPPORTED`, `SPK_MODULE_TOO_LARGE` or `SPK_MODULE_MEMORY_EXCEEDED`.
 */
export function instrument(bytes: Uint8Array, options: InstrumentOptions): Uint8Array {
  if (bytes.length > MODULE_MAX_BYTES) {
    throw moduleTooLarge(`${bytes.length} bytes, where ${MODULE_MAX_BYTES} are allowed`);
  }
  const plan = createPlan(bytes, options);
  const out = new ByteWriter(bytes.length + (bytes.length >> 2) + 4096, INSTRUMENTED_MAX_BYTES);
  const rewriter = new ModuleRewriter(bytes, out);
  out.range(bytes, 0, HEADER_BYTES);
  let rank = 0;
  for (const section of plan.layout.sections) {
    if (section.id !== SECTION.custom) {
      for (; SECTION_ORDER[rank] !== section.id; rank++) addSection(out, SECTION_ORDER[rank] ?? 0, plan);
      rank++;
    }
    rewriteSection(rewriter, section, plan);
  }
  for (; rank < SECTION_ORDER.length; rank++) addSection(out, SECTION_ORDER[rank] ?? 0, plan);
  return out.finish();
}

function createPlan(bytes: Uint8Array, options: InstrumentOptions): RewritePlan {
  const layout = readLayout(bytes);
  const maxPages = Math.floor(options.memoryMaxBytes / PAGE_BYTES);
  const memories = capLimits(layout.memories, maxPages, MAX_PAGES);
  if (memories === undefined) {
    const needed = layout.memories.reduce((sum, memory) => sum + memory.initial, 0);
    throw moduleMemoryExceeded(`${needed} pages of 64 KiB at start, where ${maxPages} are allowed`);
  }
  const maxElements = options.tableMaxElements ?? DEFAULT_TABLE_MAX_ELEMENTS;
  const tables = capLimits(layout.tables, maxElements, MAX_TABLE_ELEMENTS);
  if (tables === undefined) {
    const needed = layout.tables.reduce((sum, table) => sum + table.initial, 0);
    throw moduleMemoryExceeded(`${needed} table elements at start, where ${maxElements} are allowed`);
  }
  const meter = createMeterCode(layout);
  return { layout, memories, tables, meter, context: instructionContext(layout, meter) };
}

function addSection(out: ByteWriter, id: number, plan: RewritePlan): void {
  const content = addedSection(id, plan);
  if (content === undefined) return;
  out.byte(id);
  out.u32(content.length);
  out.append(content);
}
