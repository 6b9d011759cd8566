/**
 * What the meter adds stands behind the module's own indices. A module that names those indices is invalid as it is,
 * but once the meter's parts are there they would exist: it could set its own fuel.
 */
import { describe, expect, test } from "bun:test";
import {
  body,
  type Bytes,
  END,
  FUNCREF,
  functionType,
  I32,
  list,
  moduleOf,
  name,
  section,
} from "../../../test/support/wasm-bytes.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import { instrument } from "./instrument.ts";

const OPTIONS = { memoryMaxBytes: 65536 };

interface Parts {
  readonly code?: Bytes;
  readonly locals?: readonly Bytes[];
  readonly table?: Bytes;
  readonly tag?: Bytes;
  readonly global?: Bytes;
  readonly exported?: Bytes;
  readonly start?: Bytes;
  readonly element?: Bytes;
  readonly types?: readonly Bytes[];
}

/** One of everything: type, import, function, table, memory, tag, global; indices from there on are the meter's. */
function moduleWith(parts: Parts): Uint8Array {
  return moduleOf(
    list(1, functionType([], []), ...(parts.types ?? [])),
    list(2, [...name("host"), ...name("f"), 0, 0]),
    list(3, [0]),
    list(4, parts.table ?? [FUNCREF, 0, 1]),
    list(5, [0, 1]),
    list(13, parts.tag ?? [0, 0]),
    list(6, parts.global ?? [I32, 1, 0x41, 0, END]),
    list(7, [...name("run"), ...(parts.exported ?? [0, 1])]),
    ...(parts.start === undefined ? [] : [section(8, parts.start)]),
    list(9, parts.element ?? [3, 0, 1, 1]),
    list(10, body([...(parts.code ?? []), END], ...(parts.locals ?? []))),
  );
}

const DROP = 0x1a;

describe("a guest cannot name", () => {
  const attempts: readonly (readonly [what: string, parts: (index: number) => Parts, own: number, added: number])[] = [
    ["the counter, to read it", (index) => ({ code: [0x23, index, DROP] }), 0, 1],
    ["the counter, to set it", (index) => ({ code: [0x41, 0, 0x24, index] }), 0, 1],
    ["the counter, to export it", (index) => ({ exported: [3, index] }), 0, 1],
    ["the table, to export it", (index) => ({ exported: [1, index] }), 0, 1],
    ["the table, to call through it", (index) => ({ code: [0x41, 0, 0x11, 0, index] }), 0, 1],
    ["the table, to call last through it", (index) => ({ code: [0x41, 0, 0x13, 0, index] }), 0, 1],
    ["the table, to read it", (index) => ({ code: [0x41, 0, 0x25, index, DROP] }), 0, 1],
    ["the table, to set it", (index) => ({ code: [0x41, 0, 0xd0, FUNCREF, 0x26, index] }), 0, 1],
    ["the table, to measure it", (index) => ({ code: [0xfc, 16, index, DROP] }), 0, 1],
    ["the table, to grow it", (index) => ({ code: [0xd0, FUNCREF, 0x41, 0, 0xfc, 15, index, DROP] }), 0, 1],
    ["the table, to fill it", (index) => ({ code: [0x41, 0, 0xd0, FUNCREF, 0x41, 0, 0xfc, 17, index] }), 0, 1],
    ["the table, to copy from it", (index) => ({ code: [0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 14, 0, index] }), 0, 1],
    ["the table, to copy to it", (index) => ({ code: [0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 14, index, 0] }), 0, 1],
    ["the table, to initialise it", (index) => ({ code: [0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 12, 0, index] }), 0, 1],
    ["the table, in a segment", (index) => ({ element: [2, index, 0x41, 0, END, 0, 1, 1] }), 0, 1],
    ["the refill, to call it", (index) => ({ code: [0x10, index] }), 0, 2],
    ["the refill, to call it last", (index) => ({ code: [0x12, index] }), 0, 2],
    ["the refill, to export it", (index) => ({ exported: [0, index] }), 0, 2],
    ["the refill, to start with it", (index) => ({ start: [index] }), 0, 2],
    ["the refill, in a segment", (index) => ({ element: [3, 0, 1, index] }), 0, 2],
    ["the refill, in a segment of expressions", (index) => ({ element: [7, FUNCREF, 1, 0xd2, index, END] }), 0, 2],
    ["the refill, in a global", (index) => ({ global: [FUNCREF, 0, 0xd2, index, END] }), 0, 2],
    ["a wrapper, to call it", (index) => ({ code: [0x10, index] }), 1, 6],
    ["a type, to call by it", (index) => ({ code: [0x41, 0, 0x11, index, 0, 0x00] }), 0, 1],
    ["a type, to call a reference of it", (index) => ({ code: [0xd0, index, 0x14, index] }), 0, 2],
    ["a type, in a block", (index) => ({ code: [0x02, index, END] }), 0, 2],
    ["a type, in a loop", (index) => ({ code: [0x03, index, END] }), 0, 2],
    ["a type, in a local", (index) => ({ locals: [[1, 0x63, index]] }), 0, 2],
    ["a type, in a null", (index) => ({ code: [0xd0, index, DROP] }), 0, 2],
    ["a type, in a select", (index) => ({ code: [0x00, 0x1c, 1, 0x63, index, DROP] }), 0, 2],
    ["a type, in a tag", (index) => ({ tag: [0, index] }), 0, 2],
    ["a type, in a table", (index) => ({ table: [0x63, index, 0, 1], element: [7, FUNCREF, 0] }), 0, 2],
    ["a type, in a type", (index) => ({ types: [[0x60, 1, 0x63, index, 0]] }), 0, 3],
  ];

  test.each(attempts)("%s", (_what, parts, own, added) => {
    const good = moduleWith(parts(own));
    expect(WebAssembly.validate(good)).toBe(true);
    expect(WebAssembly.validate(instrument(good, OPTIONS))).toBe(true);

    const bad = moduleWith(parts(added));
    expect(WebAssembly.validate(bad)).toBe(false);
    expect(() => instrument(bad, OPTIONS)).toThrow(SpookyError);
    expect(() => instrument(bad, OPTIONS)).toThrow(/there is no|unknown block type/);
  });

  test("the table as the one that is meant where none is named", () => {
    const bytes = moduleOf(
      list(1, functionType([], [])),
      list(3, [0]),
      list(9, [0, 0x41, 0, END, 1, 0]),
      list(10, body([END])),
    );
    expect(WebAssembly.validate(bytes)).toBe(false);
    expect(() => instrument(bytes, OPTIONS)).toThrow(/there is no table 0/);
  });

  test("what follows the last entry of a section, as the first that is added", () => {
    // Two types where one is counted: the second would be type 1, and the meter's types come one later.
    const content = [1, ...functionType([], []), ...functionType([], [])];
    const bytes = moduleOf(section(1, content), list(3, [0]), list(10, body([END])));
    expect(WebAssembly.validate(bytes)).toBe(false);
    expect(() => instrument(bytes, OPTIONS)).toThrow(/longer than its content/);
    for (const doubledId of [3, 4, 6, 7, 10]) {
      const one = (id: number, entry: Bytes): Bytes =>
        id === doubledId ? section(id, [1, ...entry, ...entry]) : list(id, entry);
      const doubled = moduleOf(
        list(1, functionType([], [])),
        one(3, [0]),
        one(4, [FUNCREF, 0, 1]),
        one(6, [I32, 0, 0x41, 0, END]),
        one(7, [1, 0x61, 0, 0]),
        one(10, body([END])),
      );
      expect(WebAssembly.validate(doubled)).toBe(false);
      expect(() => instrument(doubled, OPTIONS)).toThrow(/longer than its content/);
    }
  });
});
