/** Line and column, from 1, of the first byte that does not belong to valid UTF-8; undefined when all do. */
export function findInvalidUtf8(bytes: Uint8Array): { line: number; column: number } | undefined {
  if (isValidPrefix(bytes, bytes.length, false)) return undefined;
  // The longest valid beginning, by halving: a text with a valid beginning has no shorter invalid one.
  let valid = 0;
  let invalid = bytes.length;
  while (valid + 1 < invalid) {
    const middle = (valid + invalid) >> 1;
    if (isValidPrefix(bytes, middle, true)) valid = middle;
    else invalid = middle;
  }
  const before = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, valid), { stream: true });
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: before.length - lineStart + 1 };
}

/** `isCut`: a character that the end cuts through does not count. */
function isValidPrefix(bytes: Uint8Array, end: number, isCut: boolean): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, end), { stream: isCut });
    return true;
  } catch {
    return false;
  }
}
