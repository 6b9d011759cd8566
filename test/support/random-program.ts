/**
 * WebAssembly programs at random that always end: they have gas of their own, and take from it in every loop and call.
 * @module
 */
import fc from "fast-check";
import { body, type Bytes, END, FUNCREF, functionType, I32, list, moduleOf, name, s32, VOID } from "./wasm-bytes.ts";

/** Writes one part of a program; `level` is how many loops it stands in. */
type Emit = (level: number) => Bytes;

export const PROGRAM_FUNCTIONS: readonly string[] = ["f1", "f2", "f3", "f4"];

const MAX_LEVEL = 3;
export const PROGRAM_GAS = 300;
/** Two parameters, four locals of any use, and one counter for each level of loops. */
const VARIABLE_COUNT = 6;
const GAS_GLOBAL = 0;
const [PAIR_TYPE, HOST_TYPE, TAG_TYPE] = [0, 1, 2];

const OP = { block: 0x02, loop: 0x03, if: 0x04, else: 0x05, br: 0x0c, brIf: 0x0d, get: 0x20, set: 0x21, tee: 0x22 };

const constant = (value: number): Bytes => [0x41, ...s32(value)];
const takeGas: Bytes = [0x23, GAS_GLOBAL, 0x41, 1, 0x6b, 0x24, GAS_GLOBAL, 0x23, GAS_GLOBAL, 0x41, 0, 0x48];

function seq(...parts: readonly (Emit | Bytes)[]): Emit {
  return (level) => parts.flatMap((part) => (typeof part === "function" ? part(level) : part));
}

/** `end(level)` of a loop of at most `rounds` rounds. */
function counted(rounds: number, inner: Emit): Emit {
  return (level) => {
    if (level >= MAX_LEVEL) return inner(level);
    const counter = VARIABLE_COUNT + level;
    return [
      ...[...constant(0), OP.set, counter, OP.block, VOID, OP.loop, VOID, ...takeGas, OP.brIf, 1],
      ...[OP.get, counter, ...constant(rounds), 0x4e, OP.brIf, 1],
      ...[OP.get, counter, ...constant(1), 0x6a, OP.set, counter],
      ...inner(level + 1),
      ...[OP.br, 0, END, END],
    ];
  };
}

const variable = fc.integer({ min: 0, max: VARIABLE_COUNT - 1 });
const number = fc.oneof(fc.integer({ min: -3, max: 70 }), fc.integer());
const callee = fc.integer({ min: 1, max: PROGRAM_FUNCTIONS.length });
/** All i32 operators of two operands, those that trap too. */
const binary = fc.oneof(fc.integer({ min: 0x6a, max: 0x78 }), fc.integer({ min: 0x46, max: 0x4f }));

const { expression, statement } = fc.letrec<{ expression: Emit; statement: Emit; block: Emit }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    number.map((value): Emit => seq(constant(value))),
    variable.map((index): Emit => seq([OP.get, index])),
    fc.constant<Emit>(seq([0x23, 1])),
    fc.constant<Emit>(seq([0x3f, 0])),
    fc.tuple(tie("expression"), tie("expression"), binary).map(([a, b, op]) => seq(a, b, [op])),
    fc.tuple(tie("expression"), fc.constantFrom(0x45, 0x67, 0x68, 0x69, 0xc0, 0xc1)).map(([a, op]) => seq(a, [op])),
    fc.tuple(tie("expression"), variable).map(([a, index]) => seq(a, [OP.tee, index])),
    // Loads, mostly within bounds.
    fc
      .tuple(tie("expression"), fc.boolean())
      .map(([a, masked]) => seq(a, masked ? [...constant(0xfff), 0x71] : [], [0x28, 0, 0])),
    fc.tuple(tie("expression"), tie("expression"), tie("expression")).map(([a, b, c]) => seq(a, b, c, [0x1b])),
    fc
      .tuple(tie("expression"), tie("expression"), tie("expression"))
      .map(([a, b, c]) => seq(a, [OP.if, I32], b, [OP.else], c, [END])),
    fc.tuple(tie("expression"), tie("expression"), callee).map(([a, b, f]) => seq(a, b, [0x10, f])),
    fc.tuple(tie("expression")).map(([a]) => seq(a, [0x10, 0])),
    fc
      .tuple(tie("expression"), tie("expression"), tie("expression"))
      .map(([a, b, c]) => seq(a, b, c, [...constant(7), 0x71, 0x11, PAIR_TYPE, 0])),
    // Through 64 bits, floats and vectors.
    fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => seq(a, [0xac], b, [0xac, 0x7e, 0xa7])),
    fc.tuple(tie("expression")).map(([a]) => seq(a, [0xb7, 0x9f, 0xfc, 0x02])),
    fc
      .tuple(tie("expression"), tie("expression"))
      .map(([a, b]) => seq(a, [0xfd, 0x11], b, [0xfd, 0x11, 0xfd, 0xae, 0x01, 0xfd, 0x1b, 0])),
    fc.tuple(fc.constantFrom(0, 1)).map(([pages]) => seq([...constant(pages), 0x40, 0])),
    // A value thrown and caught.
    fc
      .tuple(tie("expression"), tie("statement"))
      .map(([a, s]) => seq([OP.block, I32, 0x1f, VOID, 1, 0, 0, 0], s, a, [0x08, 0, END], constant(0), [END])),
  ),
  block: fc.array(tie("statement"), { maxLength: 4 }).map((all): Emit => seq(...all)),
  statement: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.tuple(variable, tie("expression")).map(([index, a]) => seq(a, [OP.set, index])),
    tie("expression").map((a): Emit => seq(a, [0x24, 1])),
    fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => seq(a, [...constant(0xfff), 0x71], b, [0x36, 0, 0])),
    fc
      .tuple(tie("expression"), tie("block"), tie("block"))
      .map(([a, b, c]) => seq(a, [OP.if, VOID], b, [OP.else], c, [END])),
    fc.tuple(fc.integer({ min: 1, max: 6 }), tie("block")).map(([rounds, b]) => counted(rounds, b)),
    // A switch over three cases.
    fc
      .tuple(tie("expression"), tie("block"), tie("block"))
      .map(([a, b, c]) =>
        seq([OP.block, VOID, OP.block, VOID, OP.block, VOID], a, [0x0e, 2, 0, 1, 2, END], b, [OP.br, 1, END], c, [END]),
      ),
    fc
      .tuple(tie("expression"), tie("expression"), tie("expression"))
      .map(([a, b, c]) => seq(a, [...constant(0xfff), 0x71], b, c, [...constant(0xff), 0x71, 0xfc, 11, 0])),
    fc
      .tuple(tie("expression"), tie("expression"), tie("expression"))
      .map(([a, b, c]) =>
        seq(a, [...constant(0xfff), 0x71], b, [...constant(0xfff), 0x71], c, [...constant(0xff), 0x71, 0xfc, 10, 0, 0]),
      ),
    // A function moves to another slot of the table.
    fc.tuple(tie("expression"), callee).map(([a, f]) => seq(a, [...constant(7), 0x71, 0xd2, f, 0x26, 0])),
    fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => seq(a, [OP.if, VOID], b, [0x0f, END])),
    fc
      .tuple(tie("expression"), tie("expression"), tie("expression"), callee)
      .map(([a, b, c, f]) => seq(a, [OP.if, VOID], b, c, [0x12, f, END])),
    fc.tuple(tie("expression"), number).map(([a, value]) => seq(a, constant(value), [0x46, OP.if, VOID, 0x00, END])),
  ),
}));

const functionCode: fc.Arbitrary<Bytes> = fc
  .tuple(fc.array(statement, { minLength: 1, maxLength: 5 }), expression)
  .map(([statements, result]) => [
    ...takeGas,
    ...[OP.if, VOID, 0x41, 0, 0x0f, END],
    ...seq(...statements, result)(0),
    END,
  ]);

/**
 * A module that exports {@link PROGRAM_FUNCTIONS} (two numbers to one), `memory`, and the globals `gas` and `value`. It
 * imports `host.f`, of one number to one.
 */
export const randomProgram: fc.Arbitrary<Uint8Array> = fc
  .array(functionCode, { minLength: PROGRAM_FUNCTIONS.length, maxLength: PROGRAM_FUNCTIONS.length })
  .map((codes) =>
    moduleOf(
      list(1, functionType([I32, I32], [I32]), functionType([I32], [I32]), functionType([I32], [])),
      list(2, [...name("host"), ...name("f"), 0, HOST_TYPE]),
      list(3, ...codes.map(() => [PAIR_TYPE])),
      list(4, [FUNCREF, 1, 8, 8]),
      list(5, [1, 1, 3]),
      list(13, [0, TAG_TYPE]),
      list(6, [I32, 1, ...constant(PROGRAM_GAS), END], [I32, 1, ...constant(0), END]),
      list(
        7,
        ...PROGRAM_FUNCTIONS.map((title, index) => [...name(title), 0, index + 1]),
        [...name("memory"), 2, 0],
        [...name("gas"), 3, 0],
        [...name("value"), 3, 1],
      ),
      list(9, [0, ...constant(0), END, 6, 1, 2, 3, 4, 0, 1]),
      list(10, ...codes.map((code) => body(code, [VARIABLE_COUNT - 2 + MAX_LEVEL, I32]))),
      list(11, [0, ...constant(16), END, 8, 1, 2, 3, 4, 5, 6, 7, 8]),
    ),
  );
