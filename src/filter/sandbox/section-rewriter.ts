import { rewriteBody, rewriteConstant, rewriteFunctionIndex } from "./instruction-rewriter.ts";
import { readMemoryLimits, readTableLimits, writeLimits, type Limits } from "./limits.ts";
import { METER_EXPORT_PREFIX } from "./meter-code.ts";
import { moduleTooLarge, moduleUnsupported } from "./module-failure.ts";
import type { ModuleRewriter } from "./module-rewriter.ts";
import type { RewritePlan } from "./rewrite-plan.ts";
import { addedCount, writeAddedEntries } from "./section-additions.ts";
import { SECTION, type Section } from "./sections.ts";
import { readValueType } from "./value-types.ts";

/** What the engine takes. */
const FUNCTION_MAX_BYTES = 7_654_321;

/** Writes one section of the module, changed where it has to be. */
export function rewriteSection(rewriter: ModuleRewriter, section: Section, plan: RewritePlan): void {
  const { id, start, end } = section;
  rewriter.enter(start, end);
  // What was the start function is exported instead; see the meter.
  if (id === SECTION.start || (id === SECTION.custom && isStale(rewriter.name()))) return;
  const { out } = rewriter;
  out.byte(id);
  const content = out.openSize(end - start);
  rewriteContent(rewriter, id, plan);
  rewriter.copyTo(end);
  if (addedCount(id, plan) > 0) writeAddedEntries(out, id, plan);
  out.closeSize(content, end - start);
}

/** Custom sections that hold offsets into the code, wrong once it is rewritten. */
function isStale(name: string): boolean {
  return /^(\.debug_|metadata\.code\.|reloc\.|sourceMappingURL$|linking$)/.test(name);
}

function rewriteContent(rewriter: ModuleRewriter, id: number, plan: RewritePlan): void {
  const rewriteEntry = ENTRY_REWRITERS[id];
  if (rewriteEntry === undefined) return;
  const count = rewriter.countWith(addedCount(id, plan), "entries");
  for (let index = 0; index < count; index++) rewriteEntry(rewriter, plan, index);
  // Or what follows the last entry would become one of ours.
  if (rewriter.position !== rewriter.limit) rewriter.fail(`section ${id} is longer than its content`);
}

type EntryRewriter = (rewriter: ModuleRewriter, plan: RewritePlan, index: number) => void;

/** One entry of a section, by section; sections without one are copied. */
const ENTRY_REWRITERS: Readonly<Record<number, EntryRewriter>> = {
  [SECTION.type]: skipType,
  [SECTION.import]: rewriteImport,
  [SECTION.function]: (rewriter, plan) => rewriter.index(plan.context.typeCount, "type"),
  [SECTION.table]: rewriteTable,
  [SECTION.memory]: rewriteMemory,
  [SECTION.tag]: skipTag,
  [SECTION.global]: rewriteGlobal,
  [SECTION.export]: rewriteExport,
  [SECTION.element]: rewriteElementSegment,
  [SECTION.code]: rewriteFunction,
};

function skipType(rewriter: ModuleRewriter, plan: RewritePlan): void {
  rewriter.byte();
  for (let list = 0; list < 2; list++) {
    for (let left = rewriter.count("value types"); left > 0; left--) readValueType(rewriter, plan.context.typeCount);
  }
}

function rewriteImport(rewriter: ModuleRewriter, plan: RewritePlan): void {
  rewriter.skip(rewriter.u32());
  rewriter.skip(rewriter.u32());
  switch (rewriter.byte()) {
    case 0:
      rewriter.index(plan.context.typeCount, "type");
      break;
    case 1:
      readValueType(rewriter, plan.context.typeCount);
      replaceLimits(rewriter, readTableLimits, plan.tables[rewriter.seenTableCount++]);
      break;
    case 2:
      replaceLimits(rewriter, readMemoryLimits, plan.memories[rewriter.seenMemoryCount++]);
      break;
    case 3:
      skipGlobalType(rewriter, plan);
      break;
    default:
      skipTag(rewriter, plan);
  }
}

function rewriteTable(rewriter: ModuleRewriter, plan: RewritePlan): void {
  readValueType(rewriter, plan.context.typeCount);
  replaceLimits(rewriter, readTableLimits, plan.tables[rewriter.seenTableCount++]);
}

function rewriteMemory(rewriter: ModuleRewriter, plan: RewritePlan): void {
  replaceLimits(rewriter, readMemoryLimits, plan.memories[rewriter.seenMemoryCount++]);
}

function replaceLimits(
  rewriter: ModuleRewriter,
  read: (cursor: ModuleRewriter) => Limits,
  capped: Limits | undefined,
): void {
  const start = rewriter.position;
  const own = read(rewriter);
  writeLimits(rewriter.replaceFrom(start), capped ?? own);
}

function skipTag(rewriter: ModuleRewriter, plan: RewritePlan): void {
  rewriter.byte();
  rewriter.index(plan.context.typeCount, "type");
}

function skipGlobalType(rewriter: ModuleRewriter, plan: RewritePlan): void {
  readValueType(rewriter, plan.context.typeCount);
  rewriter.byte();
}

function rewriteGlobal(rewriter: ModuleRewriter, plan: RewritePlan): void {
  skipGlobalType(rewriter, plan);
  rewriteConstant(rewriter, plan.context);
}

function rewriteExport(rewriter: ModuleRewriter, plan: RewritePlan): void {
  const name = rewriter.name();
  if (name.startsWith(METER_EXPORT_PREFIX)) throw moduleUnsupported(`an export may not be named ${name}`);
  const kind = rewriter.byte();
  if (kind === 0) rewriteFunctionIndex(rewriter, plan.context);
  else if (kind === 1) rewriter.index(plan.context.tableCount, "table");
  else if (kind === 3) rewriter.index(plan.context.globalCount, "global");
  else rewriter.u32();
}

/** All eight forms (§5.5.12): passive or declared, explicit table, expressions, one bit each. */
function rewriteElementSegment(rewriter: ModuleRewriter, plan: RewritePlan): void {
  const { context } = plan;
  const flags = rewriter.u32();
  if (flags > 7) rewriter.fail(`unknown element segment ${flags}`);
  const hasExpressions = (flags & 4) !== 0;
  if ((flags & 1) === 0) {
    if ((flags & 2) !== 0) rewriter.index(context.tableCount, "table");
    else if (context.tableCount === 0) rewriter.fail("there is no table 0");
    rewriteConstant(rewriter, context);
  }
  if ((flags & 3) !== 0) {
    if (hasExpressions) readValueType(rewriter, context.typeCount);
    else if (rewriter.byte() !== 0) rewriter.fail("unknown element kind");
  }
  for (let left = rewriter.count("elements"); left > 0; left--) {
    if (hasExpressions) rewriteConstant(rewriter, context);
    else rewriteFunctionIndex(rewriter, context);
  }
}

function rewriteFunction(rewriter: ModuleRewriter, plan: RewritePlan): void {
  const sizeStart = rewriter.position;
  const size = rewriter.u32();
  const start = rewriter.position;
  rewriter.skip(size);
  const sectionEnd = rewriter.limit;
  const out = rewriter.replaceFrom(sizeStart);
  rewriter.enter(start, rewriter.position);
  const content = out.openSize(size);
  for (let left = rewriter.count("local groups"); left > 0; left--) {
    rewriter.u32();
    readValueType(rewriter, plan.context.typeCount);
  }
  rewriteBody(rewriter, plan.context);
  rewriter.copyTo(rewriter.limit);
  if (out.length - content > FUNCTION_MAX_BYTES) throw moduleTooLarge("one of its functions is, once it is metered");
  out.closeSize(content, size);
  rewriter.limit = sectionEnd;
}
