const BLOCK = 512;
const NAME_BYTES = 100;
const SIZE_AT = 124;
const SIZE_BYTES = 12;
const TYPE_AT = 156;
const PREFIX_AT = 345;
const PREFIX_BYTES = 155;
const REGULAR = new Set([0, 0x30]);

/**
 * The regular file in a tar archive (POSIX.1-1988 ustar) that is called `preferred`, else the only one whose name ends
 * with `suffix`; undefined when there is none, or more than one to choose from.
 */
export function findTarMember(archive: Uint8Array, preferred: string, suffix: string): Uint8Array | undefined {
  const found: Uint8Array[] = [];
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    const size = Number.parseInt(text(header, SIZE_AT, SIZE_BYTES), 8);
    // Two empty blocks end an archive.
    if (header.every((byte) => byte === 0)) break;
    if (!(size >= 0)) return undefined;
    const start = at + BLOCK;
    at = start + Math.ceil(size / BLOCK) * BLOCK;
    if (at > archive.length + BLOCK || !REGULAR.has(header[TYPE_AT] ?? 0)) continue;
    const prefix = text(header, PREFIX_AT, PREFIX_BYTES);
    const name = `${prefix === "" ? "" : `${prefix}/`}${text(header, 0, NAME_BYTES)}`.replace(/^\.?\//, "");
    const content = archive.subarray(start, start + size);
    if (name === preferred) return content;
    if (name.endsWith(suffix)) found.push(content);
  }
  return found.length === 1 ? found[0] : undefined;
}

/** Up to the first NUL. */
function text(header: Uint8Array, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return Buffer.from(end === -1 ? field : field.subarray(0, end))
    .toString("latin1")
    .trim();
}
