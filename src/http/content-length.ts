/** The largest length that a number still holds exactly, and far more than any message has. */
const MAX_DIGITS = 15;

/**
 * Value of a `content-length` field in bytes, or -1 when it is not one decimal number (RFC 9110 §8.6). Signs, spaces,
 * lists such as `5, 5` and more than 15 digits are refused: another parser may read them otherwise.
 */
export function parseContentLength(value: string): number {
  const { length } = value;
  if (length === 0 || length > MAX_DIGITS) return -1;
  let total = 0;
  for (let i = 0; i < length; i++) {
    const digit = value.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    total = total * 10 + digit;
  }
  return total;
}

/** The one spelling of a length that was parsed: no leading zeros, which some parsers take for octal. */
export function canonicalContentLength(value: string, parsed: number): string {
  return value.length > 1 && value.charCodeAt(0) === 0x30 ? String(parsed) : value;
}
