/** Most bytes of a response head, or of a trailer section. */
export const MAX_HEAD_BYTES: number = 64 * 1024;

/** A status line and its fields (RFC 9112 §4), names in the case they came in. */
export interface Http1Head {
  readonly status: number;
  /** Whether it says HTTP/1.1, the version that keeps connections open by default. */
  readonly isHttp11: boolean;
  readonly fields: string[];
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;

/** Reads a head without its closing empty line. Undefined when it is malformed. */
export function readHeadText(text: string): Http1Head | undefined {
  const lineEnd = text.indexOf("\r\n");
  const line = STATUS_LINE.exec(lineEnd < 0 ? text : text.slice(0, lineEnd));
  if (line === null) return undefined;
  const fields = lineEnd < 0 ? [] : readFieldLines(text, lineEnd + 2);
  return fields === undefined ? undefined : { status: Number(line[2]), isHttp11: line[1] === "1", fields };
}

/**
 * Reads field lines into a flat array (RFC 9112 §5). Undefined for a line that is none: white space before the colon or
 * at its start (obs-fold), no colon. Names and values are left to the checks that all heads go through, which refuse
 * bare CR and LF.
 */
export function readFieldLines(text: string, start: number): string[] | undefined {
  const fields: string[] = [];
  let at = start;
  while (at < text.length) {
    let end = text.indexOf("\r\n", at);
    if (end < 0) end = text.length;
    const colon = text.indexOf(":", at);
    if (colon <= at || colon >= end) return undefined;
    const first = text.charCodeAt(at);
    const last = text.charCodeAt(colon - 1);
    if (first === 0x20 || first === 0x09 || last === 0x20 || last === 0x09) return undefined;
    fields.push(text.slice(at, colon), text.slice(colon + 1, end));
    at = end + 2;
  }
  return fields;
}
