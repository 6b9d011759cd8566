/**
 * The host of an authority as routes know it (no port, no trailing dot, no brackets of an IPv6 address, lower case),
 * read in place: no part of the text is copied before it goes into the module.
 * @module
 */

const COLON = 0x3a;
const DOT = 0x2e;
const OPENING_BRACKET = 0x5b;

/** Where the host begins. */
export function hostStart(authority: string): number {
  return authority.charCodeAt(0) === OPENING_BRACKET ? 1 : 0;
}

/** Where the host ends; `start` is what {@link hostStart} gave. */
export function hostEnd(authority: string, start: number): number {
  if (start === 1) {
    const bracket = authority.indexOf("]");
    return bracket === -1 ? authority.length : bracket;
  }
  const length = authority.length;
  let end = 0;
  while (end < length && authority.charCodeAt(end) !== COLON) end++;
  return end > 0 && authority.charCodeAt(end - 1) === DOT ? end - 1 : end;
}
