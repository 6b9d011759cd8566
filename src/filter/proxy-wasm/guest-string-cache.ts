import type { GuestBytes } from "./guest-bytes.ts";

const SLOT_COUNT = 128;
const WORDS_PER_SLOT = 10;
const MAX_BYTES = WORDS_PER_SLOT * 4;

/**
 * Strings that a guest passed lately, by where in its memory they lay. Filters pass the same few names and values from
 * the same places on every request, and comparing bytes in memory with what lay there last (four at a time) is several
 * times cheaper than making a string; the string is also the same object every time, already checked and lower-cased.
 */
export class GuestStringCache {
  readonly #convert: (raw: string) => string | undefined;
  readonly #lengths = new Int32Array(SLOT_COUNT).fill(-1);
  readonly #words = new Int32Array(SLOT_COUNT * WORDS_PER_SLOT);
  readonly #strings: (string | undefined)[] = new Array<string | undefined>(SLOT_COUNT).fill(undefined);

  /** `convert` is applied to what is read, once per string; its result is what {@link read} gives. */
  constructor(convert: (raw: string) => string | undefined) {
    this.#convert = convert;
  }

  /** The converted byte string at a range that is known to lie inside `bytes`; `view` covers the same memory. */
  read(bytes: GuestBytes, view: DataView, pointer: number, length: number): string | undefined {
    if (length > MAX_BYTES) return this.#convert(bytes.latin1Slice(pointer, pointer + length));
    const slot = ((pointer >>> 2) ^ (length << 3) ^ (pointer << 5)) & (SLOT_COUNT - 1);
    const words = this.#words;
    const base = slot * WORDS_PER_SLOT;
    const wordCount = length >>> 2;
    if (this.#lengths[slot] === length) {
      let i = 0;
      while (i < wordCount && words[base + i] === view.getInt32(pointer + (i << 2), true)) i++;
      if (i === wordCount && ((length & 3) === 0 || words[base + i] === tail(bytes, pointer, length))) {
        return this.#strings[slot];
      }
    }
    for (let i = 0; i < wordCount; i++) words[base + i] = view.getInt32(pointer + (i << 2), true);
    if ((length & 3) !== 0) words[base + wordCount] = tail(bytes, pointer, length);
    this.#lengths[slot] = length;
    const converted = this.#convert(bytes.latin1Slice(pointer, pointer + length));
    this.#strings[slot] = converted;
    return converted;
  }
}

/** The one to three bytes after the last whole word, as one number. */
function tail(bytes: Uint8Array, pointer: number, length: number): number {
  let word = 0;
  for (let i = length & ~3; i < length; i++) word = (word << 8) | (bytes[pointer + i] as number);
  return word;
}
