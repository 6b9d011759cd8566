/**
 * Comparing bytes in memory with texts that were made when the filter was configured.
 * @module
 */
import { ByteString } from "./bytes";

/** Whether the bytes are exactly those of `text`. */
export function equalsBytes(address: usize, length: usize, text: ByteString): bool {
  return length == text.length && memory.compare(address, text.address, length) == 0;
}

/** Whether they begin with `text`. */
export function startsWithBytes(address: usize, length: usize, text: ByteString): bool {
  return length >= text.length && memory.compare(address, text.address, text.length) == 0;
}

/** Whether they begin with `text`, which is lower case; ASCII letters count as alike. */
export function startsWithIgnoringCase(address: usize, length: usize, text: ByteString): bool {
  if (length < text.length) return false;
  for (let i: usize = 0; i < text.length; i++) {
    let code = load<u8>(address + i);
    if (code >= 0x41 && code <= 0x5a) code |= 0x20;
    if (code != load<u8>(text.address + i)) return false;
  }
  return true;
}

/** Whether they end with `text`. */
export function endsWithBytes(address: usize, length: usize, text: ByteString): bool {
  return length >= text.length && memory.compare(address + length - text.length, text.address, text.length) == 0;
}

/** How many of the bytes are before the first `code`; all when there is none. */
export function lengthBefore(address: usize, length: usize, code: u8): usize {
  for (let i: usize = 0; i < length; i++) if (load<u8>(address + i) == code) return i;
  return length;
}

/**
 * Whether two blocks of `length` bytes are the same, in a time that depends on nothing but `length`: for secrets.
 */
export function equalsInConstantTime(left: usize, right: usize, length: usize): bool {
  let difference: u32 = 0;
  for (let i: usize = 0; i < length; i++) difference |= load<u8>(left + i) ^ load<u8>(right + i);
  return difference == 0;
}

const TOKEN_MARKS = "!#$%&'*+-.^_`|~";

/** Whether `name` is the name of a header field, in lower case (RFC 9110 §5.1). */
export function isHeaderName(name: string): bool {
  if (name == "") return false;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    const isAlphanumeric = (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x7a);
    if (!isAlphanumeric && !TOKEN_MARKS.includes(name.charAt(i))) return false;
  }
  return true;
}

/** Whether a header may have that value: visible ASCII and blanks, no blank at either end. */
export function isHeaderValue(value: string): bool {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return value.trim().length == value.length;
}
