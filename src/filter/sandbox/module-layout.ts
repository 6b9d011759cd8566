import { ByteCursor } from "./byte-cursor.ts";
import { readMemoryLimits, readTableLimits, type Limits } from "./limits.ts";
import { moduleUnsupported } from "./module-failure.ts";
import { readSections, SECTION, type Section } from "./sections.ts";
import { readValueType } from "./value-types.ts";

export interface FunctionType {
  readonly parameters: readonly string[];
  readonly results: readonly string[];
}

// The engine allows a million of most. Filters have some hundred types and imports, and some ten thousand functions;
// lower caps keep a hostile module from taking much memory before it is refused.
const MAX_TYPE_COUNT = 100_000;
const MAX_IMPORT_COUNT = 10_000;
const MAX_FUNCTION_COUNT = 900_000;
const MAX_TABLE_COUNT = 100;
const MAX_MEMORY_COUNT = 100;

/** `function`, `table`, `memory`, `global` or `tag`, by its number in the import and export sections. */
export const EXTERNAL_KINDS = ["function", "table", "memory", "global", "tag"] as const;

export interface ModuleImport {
  readonly module: string;
  readonly name: string;
  readonly kind: (typeof EXTERNAL_KINDS)[number];
  /** For functions and tags: index of the type. */
  readonly typeIndex: number;
}

/** What a module consists of, read without looking into its code. Imports come first in every index space. */
export interface ModuleLayout {
  readonly sections: readonly Section[];
  readonly types: readonly FunctionType[];
  readonly imports: readonly ModuleImport[];
  /** Type index of each function. */
  readonly functionTypes: readonly number[];
  readonly importedFunctionCount: number;
  readonly tables: readonly Limits[];
  readonly memories: readonly Limits[];
  readonly globalCount: number;
  /** Index of the start function, or -1. */
  readonly startFunction: number;
}

interface Draft {
  types: FunctionType[];
  imports: ModuleImport[];
  functionTypes: number[];
  importedFunctionCount: number;
  tables: Limits[];
  memories: Limits[];
  globalCount: number;
  startFunction: number;
}

/** Reads the layout of a module. Throws a `SpookyError` for what is no module or not supported. */
export function readLayout(bytes: Uint8Array): ModuleLayout {
  const cursor = new ByteCursor(bytes);
  const sections = readSections(cursor);
  const draft: Draft = {
    types: [],
    imports: [],
    functionTypes: [],
    importedFunctionCount: 0,
    tables: [],
    memories: [],
    globalCount: 0,
    startFunction: -1,
  };
  let codeCount = 0;
  for (const section of sections) {
    cursor.position = section.start;
    cursor.limit = section.end;
    if (section.id === SECTION.code) codeCount = cursor.count("functions");
    else readSection(cursor, section.id, draft);
  }
  if (codeCount !== draft.functionTypes.length - draft.importedFunctionCount) {
    cursor.fail("the code section does not match the function section");
  }
  return { ...draft, sections };
}

function readSection(cursor: ByteCursor, id: number, draft: Draft): void {
  switch (id) {
    case SECTION.type:
      readTypes(cursor, draft.types);
      break;
    case SECTION.import:
      for (let left = cursor.count("imports", MAX_IMPORT_COUNT); left > 0; left--) readImport(cursor, draft);
      break;
    case SECTION.function:
      for (let left = cursor.count("functions", MAX_FUNCTION_COUNT); left > 0; left--) {
        draft.functionTypes.push(cursor.index(draft.types.length, "type"));
      }
      break;
    case SECTION.memory:
      for (let left = cursor.count("memories", MAX_MEMORY_COUNT); left > 0; left--)
        draft.memories.push(readMemoryLimits(cursor));
      break;
    case SECTION.start:
      draft.startFunction = cursor.index(draft.functionTypes.length, "function");
      break;
    case SECTION.global:
      // The rest of it, constant expressions, is read when it is rewritten.
      draft.globalCount += cursor.count("globals");
      return;
    case SECTION.table:
      readTables(cursor, draft);
      return;
    default:
      return;
  }
  if (cursor.position !== cursor.limit) cursor.fail(`section ${id} is longer than its content`);
}

function readTypes(cursor: ByteCursor, types: FunctionType[]): void {
  const count = cursor.count("types", MAX_TYPE_COUNT);
  for (let index = 0; index < count; index++) {
    const form = cursor.byte();
    if (form === 0x4e || form === 0x4f || form === 0x50 || form === 0x5e || form === 0x5f) {
      throw moduleUnsupported(`GC type definition 0x${form.toString(16)} is not supported`);
    }
    if (form !== 0x60) cursor.fail(`unknown type definition 0x${form.toString(16)}`);
    types.push({ parameters: readValueTypes(cursor, count), results: readValueTypes(cursor, count) });
  }
}

function readValueTypes(cursor: ByteCursor, typeCount: number): readonly string[] {
  const types: string[] = [];
  for (let left = cursor.count("value types"); left > 0; left--) types.push(readValueType(cursor, typeCount));
  return types;
}

function readImport(cursor: ByteCursor, draft: Draft): void {
  const module = cursor.name();
  const name = cursor.name();
  const kind = EXTERNAL_KINDS[cursor.byte()];
  let typeIndex = -1;
  switch (kind) {
    case "function":
      typeIndex = cursor.index(draft.types.length, "type");
      draft.functionTypes.push(typeIndex);
      draft.importedFunctionCount++;
      break;
    case "table":
      readValueType(cursor, draft.types.length);
      draft.tables.push(readTableLimits(cursor));
      break;
    case "memory":
      draft.memories.push(readMemoryLimits(cursor));
      break;
    case "global":
      readValueType(cursor, draft.types.length);
      cursor.byte();
      draft.globalCount++;
      break;
    case "tag":
      cursor.byte();
      typeIndex = cursor.index(draft.types.length, "type");
      break;
    case undefined:
      cursor.position--;
      throw moduleUnsupported(`import kind ${cursor.byte()} is not known`);
  }
  draft.imports.push({ module, name, kind, typeIndex });
}

function readTables(cursor: ByteCursor, draft: Draft): void {
  for (let left = cursor.count("tables", MAX_TABLE_COUNT); left > 0; left--) {
    if (cursor.peek() === 0x40) throw moduleUnsupported("tables with an initial value are not supported");
    readValueType(cursor, draft.types.length);
    draft.tables.push(readTableLimits(cursor));
  }
}
