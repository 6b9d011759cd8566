/**
 * The tables of immediates against the engine itself: for every opcode, how many bytes it needs after it.
 */
import { describe, expect, test } from "bun:test";
import {
  body,
  type Bytes,
  customSection,
  END,
  FUNCREF,
  functionType,
  I32,
  list,
  moduleOf,
  section,
  u32,
} from "../../../test/support/wasm-bytes.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import { instrument } from "./instrument.ts";

const OPTIONS = { memoryMaxBytes: 8 * 65536 };
const UNREACHABLE = 0x00;
/** More than any opcode has: the longest is two, and 16 bytes of constant. */
const MAX_IMMEDIATE_BYTES = 19;

/** Four of all that an immediate may name, so that zeros and other small numbers are good ones. */
function moduleWith(code: Bytes): Uint8Array {
  const four = (entry: Bytes): Bytes[] => [entry, entry, entry, entry];
  return moduleOf(
    customSection("", []),
    list(1, ...four(functionType([], []))),
    list(3, ...four([0])),
    list(4, ...four([FUNCREF, 1, 1, 2])),
    list(5, ...four([1, 1, 2])),
    list(13, ...four([0, 0])),
    list(6, ...four([I32, 1, 0x41, 0, END])),
    list(9, ...four([1, 0, 1, 0])),
    section(12, [4]),
    list(10, body(code, [4, I32]), ...Array.from({ length: 3 }, () => body([END]))),
    list(11, ...four([1, 1, 0])),
  );
}

/**
 * Code is unreachable, so that any operands are there. Immediates are zeros; zeros too many are more unreachables. So
 * the module is valid from the length of the immediates on, and below it what ends the function is taken for one.
 */
function verdictsOf(opcode: Bytes, isValid: (bytes: Uint8Array) => boolean): string {
  const verdict = (zeros: number, ends: Bytes): string =>
    isValid(moduleWith([UNREACHABLE, ...opcode, ...Array.from({ length: zeros }, () => 0), ...ends])) ? "+" : "-";
  const plain = range(0, MAX_IMMEDIATE_BYTES).map((zeros) => verdict(zeros, [END]));
  // Opcodes that open a block. Below their length they would take the first end for an index, which the engine does not
  // check in code that cannot be reached.
  const block = range(1, 3).map((zeros) => verdict(zeros, [END, END]));
  return `${plain.join("")} ${block.join("")}`;
}

const engineAccepts = (bytes: Uint8Array): boolean => WebAssembly.validate(bytes);

function accepts(bytes: Uint8Array): boolean {
  let rewritten: Uint8Array;
  try {
    rewritten = instrument(bytes, OPTIONS);
  } catch (error) {
    if (error instanceof SpookyError) return false;
    throw error;
  }
  return WebAssembly.validate(rewritten);
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** How long a function is made, so that its size takes two bytes whatever is added to it. */
const PADDING: Bytes = Array.from({ length: 200 }, () => 0x01);
const LOOP: Bytes = [0x03, 0x40, END];
const NOTHING: Bytes = [0x01, 0x01, 0x01];

/** By how many bytes a module with this code grows when it is rewritten; -1 when it is refused. */
function growthOf(opcode: Bytes, last: Bytes): number {
  const nested = [0x02, 0x40, 0x02, 0x40, 0x02, 0x40];
  const bytes = moduleWith([...PADDING, ...nested, UNREACHABLE, ...opcode, ...last, UNREACHABLE, END, END, END, END]);
  if (!engineAccepts(bytes)) return Number.NaN;
  return accepts(bytes) ? instrument(bytes, OPTIONS).length - bytes.length : -1;
}

/** By how many bytes more it grows when a loop stands behind these bytes. */
function loopGrowth(opcode: Bytes): number {
  return growthOf(opcode, LOOP) - growthOf(opcode, NOTHING);
}

/** Opcodes after which a loop is overlooked, or taken for something else, whatever their immediates are. */
function misread(opcodes: readonly Bytes[]): readonly string[] {
  const growth = loopGrowth([0x01]);
  expect(growth).toBeGreaterThan(10);
  return opcodes.flatMap((opcode) => {
    const [plain = ""] = verdictsOf(opcode, engineAccepts).split(" ");
    const length = plain.indexOf("+");
    if (length < 1) return [];
    const start = [...opcode, ...Array.from({ length: length - 1 }, () => 0)];
    return range(0, 3).flatMap((value) => {
      const grown = loopGrowth([...start, value]);
      return Number.isNaN(grown) || grown === growth ? [] : [`${[...start, value].join(" ")}: ${grown}`];
    });
  });
}

function differences(opcodes: readonly Bytes[]): readonly string[] {
  return opcodes.flatMap((opcode) => {
    const [own, engine] = [verdictsOf(opcode, accepts), verdictsOf(opcode, engineAccepts)];
    return own === engine ? [] : [`${opcode.map((byte) => byte.toString(16)).join(" ")}: ${own} but ${engine}`];
  });
}

describe("every opcode is read as the engine reads it", () => {
  // GC's ref.eq is refused, whoever takes it.
  const plain = range(0, 0xff).filter((opcode) => opcode !== 0xd3 && (opcode < 0xfb || opcode > 0xfe));
  const prefixed = (prefix: number, last: number): Bytes[] => range(0, last).map((opcode) => [prefix, ...u32(opcode)]);
  const groups: readonly (readonly [title: string, opcodes: readonly Bytes[]])[] = [
    ["of one byte", plain.map((opcode) => [opcode])],
    ["with prefix 0xfc", prefixed(0xfc, 64)],
    ["with prefix 0xfd", prefixed(0xfd, 0x160)],
    ["with prefix 0xfe", prefixed(0xfe, 0x80)],
  ];

  test.each(groups)("%s", (_title, opcodes) => {
    expect(differences(opcodes)).toEqual([]);
  });

  test.each(groups)("%s, and what follows it is seen", (_title, opcodes) => {
    expect(misread(opcodes)).toEqual([]);
  });

  const several: readonly (readonly [title: string, instruction: Bytes])[] = [
    ["branch tables", [0x0e, 3, 3, 2, 3, 3]],
    ["selects with types", [0x1c, 1, 0x63, 3]],
    ["nulls of a type", [0xd0, 3]],
    ["blocks of a type", [0x02, 0x83, 0x00, END]],
    ["blocks of a reference", [0x02, 0x63, 3, UNREACHABLE, END]],
    ["try_table with every kind of clause", [0x1f, 0x40, 2, 0, 3, 3, 2, 3, UNREACHABLE, END]],
    ["try and catch", [0x06, 0x40, 0x07, 3, 0x19, END]],
    ["try and delegate", [0x06, 0x40, 0x18, 3]],
    ["loads from another memory", [0x28, 0x42, 3, 3]],
    ["loads from another memory, written long", [0x28, 0x42, 0x83, 0x00, 0x83, 0x03]],
    ["atomic loads from another memory", [0xfe, 0x10, 0x42, 3, 3]],
    ["vector loads from another memory", [0xfd, 0x00, 0x40, 3, 3]],
    ["lanes loaded from another memory", [0xfd, 0x54, 0x40, 3, 3, 3]],
    ["indirect calls", [0x11, 3, 3]],
    ["memory.init", [0xfc, 8, 3, 3]],
    ["memory.copy", [0xfc, 10, 3, 3]],
    ["table.init", [0xfc, 12, 3, 3]],
    ["table.copy", [0xfc, 14, 3, 3]],
    ["i32.const", [0x41, 0x83, 0x83, 0x03]],
    ["i64.const", [0x42, 0x83, 0x83, 0x83, 0x83, 0x83, 0x83, 0x03]],
    ["f32.const", [0x43, 3, 3, 3, 3]],
    ["f64.const", [0x44, 3, 3, 3, 3, 3, 3, 3, 3]],
    ["v128.const", [0xfd, 12, ...Array.from({ length: 16 }, () => 3)]],
    ["shuffles", [0xfd, 13, ...Array.from({ length: 16 }, () => 3)]],
  ];

  test.each(several)("with several immediates, and what follows is seen: %s", (_title, instruction) => {
    expect(loopGrowth(instruction)).toBe(loopGrowth([0x01]));
    // No loop is seen in the immediates: at most a call is added, for what bulk instructions cost.
    expect(growthOf(instruction, NOTHING) - growthOf([0x01], NOTHING)).toBeOneOf([0, 2]);
  });

  test("with a second part that is longer than it need be", () => {
    const padded = [
      [0xfc, ...u32(0, 5)],
      [0xfc, ...u32(11, 3)],
      [0xfd, ...u32(12, 2)],
      [0xfd, ...u32(0x100, 5)],
      [0xfe, ...u32(0x10, 2)],
    ];
    expect(differences(padded)).toEqual([]);
  });

  test("and many of them are accepted at all", () => {
    const codes = [
      ...range(0, 0xff).map((opcode) => [opcode]),
      ...range(0, 0x113).map((opcode) => [0xfd, ...u32(opcode)]),
    ];
    const accepted = codes.filter((opcode) => verdictsOf(opcode, accepts).includes("+"));
    // 1 byte: all of the MVP's 172 and more; vectors: 236 and 20 relaxed.
    expect(accepted.length).toBeGreaterThan(430);
  });
});
