import type { ByteCursor } from "./byte-cursor.ts";
import { moduleInvalid, moduleUnsupported } from "./module-failure.ts";

/** Section numbers (§5.5.2). */
export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

/** The order in which sections must stand. It is not that of their numbers. */
export const SECTION_ORDER: readonly number[] = [
  SECTION.type,
  SECTION.import,
  SECTION.function,
  SECTION.table,
  SECTION.memory,
  SECTION.tag,
  SECTION.global,
  SECTION.export,
  SECTION.start,
  SECTION.element,
  SECTION.dataCount,
  SECTION.code,
  SECTION.data,
];

/** Bytes before the first section: magic and version. */
export const HEADER_BYTES = 8;

export interface Section {
  readonly id: number;
  /** Where the content lies in the module: from `start` up to, not including, `end`. */
  readonly start: number;
  readonly end: number;
}

/** Splits a module into its sections, in file order, and checks that order. */
export function readSections(cursor: ByteCursor): readonly Section[] {
  readHeader(cursor);
  const sections: Section[] = [];
  let rank = -1;
  while (cursor.position < cursor.limit) {
    const id = cursor.byte();
    const size = cursor.u32();
    const start = cursor.position;
    cursor.skip(size);
    sections.push({ id, start, end: cursor.position });
    if (id === SECTION.custom) continue;
    const ownRank = SECTION_ORDER.indexOf(id);
    if (id === 14) throw moduleUnsupported("string literals (section 14) are not supported");
    if (ownRank < 0) throw moduleUnsupported(`section ${id} is not known`);
    if (ownRank <= rank) cursor.fail(`section ${id} is out of order or there twice`);
    rank = ownRank;
  }
  return sections;
}

function readHeader(cursor: ByteCursor): void {
  const view = new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset, cursor.bytes.byteLength);
  if (view.byteLength < HEADER_BYTES || view.getUint32(0) !== 0x0061736d) {
    throw moduleInvalid("it does not start as a WebAssembly binary does");
  }
  const version = view.getUint32(4, true);
  if (version === 0x1000d) throw moduleUnsupported("components are not supported, only core modules");
  if (version !== 1) throw moduleUnsupported(`binary version ${version} is not supported`);
  cursor.position = HEADER_BYTES;
}
