/**
 * WebAssembly binaries by hand: for what no assembler writes, malformed modules above all.
 * @module
 */

export type Bytes = readonly number[];

export const VOID = 0x40;
export const I32 = 0x7f;
export const FUNCREF = 0x70;
export const END = 0x0b;

/** Unsigned LEB128, padded with zeros to `minLength` bytes. */
export function u32(value: number, minLength = 1): Bytes {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  } while (rest > 0 || bytes.length < minLength);
  bytes.push((bytes.pop() ?? 0) & 0x7f);
  return bytes;
}

/** Signed LEB128 of 32 bits. */
export function s32(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}

export function vector(items: readonly Bytes[]): Bytes {
  return [...u32(items.length), ...items.flat()];
}

export function name(text: string): Bytes {
  const bytes = new TextEncoder().encode(text);
  return [...u32(bytes.length), ...bytes];
}

export function section(id: number, content: Bytes): Bytes {
  return [id, ...u32(content.length), ...content];
}

/** A section that is a vector, as most are. */
export function list(id: number, ...items: readonly Bytes[]): Bytes {
  return section(id, vector(items));
}

export function customSection(title: string, content: Bytes): Bytes {
  return section(0, [...name(title), ...content]);
}

export function functionType(parameters: Bytes, results: Bytes): Bytes {
  return [0x60, ...u32(parameters.length), ...parameters, ...u32(results.length), ...results];
}

/** An entry of the code section; `locals` are groups of (count, type). */
export function body(code: Bytes, ...locals: readonly Bytes[]): Bytes {
  const content = [...vector(locals), ...code];
  return [...u32(content.length), ...content];
}

export function moduleOf(...sections: readonly Bytes[]): Uint8Array {
  return new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]);
}

/** A module with one function without parameters or results, exported as `run`. */
export function moduleWithCode(code: Bytes): Uint8Array {
  return moduleOf(
    list(1, functionType([], [])),
    list(3, [0]),
    list(7, [...name("run"), 0, 0]),
    list(10, body([...code, END])),
  );
}
