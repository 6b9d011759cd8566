/** Decodes base64 (RFC 4648 §4) from `address` to `target`; the number of bytes, or -1 when it is no base64. */
export function decodeBase64(address: usize, length: usize, target: usize): isize {
  if ((length & 3) != 0) return -1;
  let size = length;
  while (size > 0 && length - size < 2 && load<u8>(address + size - 1) == 0x3d) size--;
  let bits: u32 = 0;
  let pending = 0;
  let at = target;
  for (let i: usize = 0; i < size; i++) {
    const digit = base64Digit(load<u8>(address + i));
    if (digit < 0) return -1;
    bits = (bits << 6) | (<u32>digit);
    pending += 6;
    if (pending < 8) continue;
    pending -= 8;
    store<u8>(at++, <u8>(bits >> pending));
  }
  // Bits left over must be zero, or one secret could be written in several ways.
  return (bits & ((1 << pending) - 1)) == 0 ? <isize>(at - target) : -1;
}

function base64Digit(code: u8): i32 {
  if (code >= 0x41 && code <= 0x5a) return code - 0x41;
  if (code >= 0x61 && code <= 0x7a) return code - 0x61 + 26;
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 52;
  if (code == 0x2b) return 62;
  return code == 0x2f ? 63 : -1;
}
