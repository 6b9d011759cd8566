/**
 * Names for opcodes that are refused, so that the operator reads what the compiler must not use.
 * @module
 */

const GC_NAMES: readonly string[] =
  "struct.new struct.new_default struct.get struct.get_s struct.get_u struct.set array.new array.new_default array.new_fixed array.new_data array.new_elem array.get array.get_s array.get_u array.set array.len array.fill array.copy array.init_data array.init_elem ref.test ref.test_null ref.cast ref.cast_null br_on_cast br_on_cast_fail any.convert_extern extern.convert_any ref.i31 i31.get_s i31.get_u".split(
    " ",
  );
const STACK_NAMES: readonly string[] = "cont.new cont.bind suspend resume resume_throw resume_throw_ref switch".split(
  " ",
);

/** For instance `GC opcode 0xfb00 struct.new`. `subOpcode` is -1 for an opcode of one byte. */
export function opcodeDescription(opcode: number, subOpcode: number): string {
  if (subOpcode < 0) {
    if (opcode === 0xd3) return "GC opcode 0xd3 ref.eq";
    const name = STACK_NAMES[opcode - 0xe0];
    return name === undefined ? `unknown opcode 0x${hex(opcode)}` : `stack switching opcode 0x${hex(opcode)} ${name}`;
  }
  const number = `0x${hex(opcode)}${hex(subOpcode)}`;
  if (opcode === 0xfb) {
    const name = GC_NAMES[subOpcode];
    return `GC opcode ${number}${name === undefined ? "" : ` ${name}`}`;
  }
  return `unknown opcode ${number}`;
}

function hex(value: number): string {
  return value.toString(16).padStart(2, "0");
}
