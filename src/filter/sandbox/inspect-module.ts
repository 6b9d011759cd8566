import { ByteCursor } from "./byte-cursor.ts";
import { PAGE_BYTES, type Limits } from "./limits.ts";
import { EXTERNAL_KINDS, readLayout, type FunctionType, type ModuleLayout } from "./module-layout.ts";
import { moduleUnsupported } from "./module-failure.ts";
import { SECTION, type Section } from "./sections.ts";

export interface ModuleExtern {
  readonly name: string;
  readonly kind: (typeof EXTERNAL_KINDS)[number];
  /** Of functions. */
  readonly type: FunctionType | undefined;
}

export interface MemorySummary {
  readonly initialBytes: number;
  /** Undefined when the module sets no maximum itself. */
  readonly maximumBytes: number | undefined;
  readonly isShared: boolean;
}

/** What can be told of a module without compiling or running it. */
export interface ModuleSummary {
  readonly imports: readonly (ModuleExtern & { readonly module: string })[];
  readonly exports: readonly ModuleExtern[];
  /** Imported ones first. */
  readonly memories: readonly MemorySummary[];
  readonly tables: readonly Limits[];
  /** Functions that the module brings itself. */
  readonly functionCount: number;
  readonly globalCount: number;
  readonly codeBytes: number;
  readonly dataBytes: number;
  readonly hasStartFunction: boolean;
  /** In file order: `name`, `producers`, `target_features`, what else a compiler leaves. */
  readonly customSections: readonly string[];
}

/**
 * Reads what a module imports, exports and asks for. It does not look into the code: that a module can be inspected does
 * not mean that it is valid. Throws a `SpookyError`, `SPK_MODULE_INVALID` or `SPK_MODULE_UNSUPPORTED`.
 */
export function inspectModule(bytes: Uint8Array): ModuleSummary {
  const layout = readLayout(bytes);
  const cursor = new ByteCursor(bytes);
  const sizeOf = (id: number): number =>
    layout.sections.reduce((sum, each) => sum + (each.id === id ? size(each) : 0), 0);
  return {
    imports: layout.imports.map(({ module, name, kind, typeIndex }) => ({
      module,
      name,
      kind,
      type: kind === "function" ? layout.types[typeIndex] : undefined,
    })),
    exports: readExports(cursor, layout),
    memories: layout.memories.map(summaryOfMemory),
    tables: layout.tables,
    functionCount: layout.functionTypes.length - layout.importedFunctionCount,
    globalCount: layout.globalCount,
    codeBytes: sizeOf(SECTION.code),
    dataBytes: sizeOf(SECTION.data),
    hasStartFunction: layout.startFunction >= 0,
    customSections: layout.sections.filter(({ id }) => id === SECTION.custom).map((each) => enter(cursor, each).name()),
  };
}

function readExports(cursor: ByteCursor, layout: ModuleLayout): readonly ModuleExtern[] {
  const section = layout.sections.find(({ id }) => id === SECTION.export);
  if (section === undefined) return [];
  const exports: ModuleExtern[] = [];
  for (let left = enter(cursor, section).count("exports"); left > 0; left--) {
    const name = cursor.name();
    const code = cursor.byte();
    const kind = EXTERNAL_KINDS[code];
    if (kind === undefined) throw moduleUnsupported(`export kind ${code} is not known`);
    const index = kind === "function" ? cursor.index(layout.functionTypes.length, "function") : cursor.u32();
    const type = kind === "function" ? layout.types[layout.functionTypes[index] ?? -1] : undefined;
    exports.push({ name, kind, type });
  }
  return exports;
}

function enter(cursor: ByteCursor, section: Section): ByteCursor {
  cursor.position = section.start;
  cursor.limit = section.end;
  return cursor;
}

function size(section: Section): number {
  return section.end - section.start;
}

function summaryOfMemory(limits: Limits): MemorySummary {
  return {
    initialBytes: limits.initial * PAGE_BYTES,
    maximumBytes: limits.maximum === undefined ? undefined : limits.maximum * PAGE_BYTES,
    isShared: limits.isShared,
  };
}
