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

const UNREACHABLE = 0x00;
/** More than any opcode has: the longest is two, and 16 bytes of constant. */
const MAX_IMMEDIATE_BYTES = 19;

/** One of all that an immediate of zero may name. */
function moduleWith(code: Bytes): Uint8Array {
  return moduleOf(
    customSection("", []),
    list(1, functionType([], [])),
    list(3, [0]),
    list(4, [FUNCREF, 1, 1, 2]),
    list(5, [1, 1, 2]),
    list(13, [0, 0]),
    list(6, [I32, 1, 0x41, 0, END]),
    list(9, [1, 0, 1, 0]),
    section(12, [1]),
    list(10, body(code)),
    list(11, [1, 1, 0]),
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
    rewritten = instrument(bytes, { memoryMaxBytes: 4 * 65536 });
  } catch (error) {
    if (error instanceof SpookyError) return false;
    throw error;
  }
  return WebAssembly.validate(rewritten);
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function differences(opcodes: readonly Bytes[]): readonly string[] {
  return opcodes.flatMap((opcode) => {
    const [own, engine] = [verdictsOf(opcode, accepts), verdictsOf(opcode, engineAccepts)];
    return own === engine ? [] : [`${opcode.map((byte) => byte.toString(16)).join(" ")}: ${own} but ${engine}`];
  });
}

describe("every opcode is read as the engine reads it", () => {
  test("of one byte", () => {
    // GC's ref.eq is refused, whoever takes it.
    const opcodes = range(0, 0xff).filter((opcode) => opcode !== 0xd3 && (opcode < 0xfb || opcode > 0xfe));
    expect(differences(opcodes.map((opcode) => [opcode]))).toEqual([]);
  });

  test("with prefix 0xfc", () => {
    expect(differences(range(0, 64).map((opcode) => [0xfc, ...u32(opcode)]))).toEqual([]);
  });

  test("with prefix 0xfd", () => {
    expect(differences(range(0, 0x160).map((opcode) => [0xfd, ...u32(opcode)]))).toEqual([]);
  });

  test("with prefix 0xfe", () => {
    expect(differences(range(0, 0x80).map((opcode) => [0xfe, ...u32(opcode)]))).toEqual([]);
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
