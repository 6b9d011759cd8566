/** More than any body; still exact in a number. */
const MAX_DIGITS = 12;

/** Size in a chunk's first line without its end (RFC 9112 §7.1), or -1. Extensions are ignored. */
export function chunkSize(line: string): number {
  const end = line.indexOf(";");
  const text = end < 0 ? line : line.slice(0, end).trimEnd();
  if (text.length > MAX_DIGITS || !/^[0-9a-fA-F]+$/.test(text)) return -1;
  return Number.parseInt(text, 16);
}
