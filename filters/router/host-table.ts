import { hashBackward, TextTable } from "./text-table";
import { hashByte, hashEnd, hashStart } from "./byte-hash";

const DOT: u32 = 0x2e;
const STAR: u32 = 0x2a;
// The two kinds of pattern share one table, and their hash, so that one pass over the name serves both.
const SCOPE: u32 = 0;
const EXACT: u32 = 1;
const WILDCARD: u32 = 2;

const texts = new TextTable();
let longestExact: u32 = 0;
let longestSuffix: u32 = 0;
let wildcardCount: u32 = 0;

/** Host patterns that the last name matched: least specific first, so that the list is read from its end. */
export let matchedHosts: usize = 0;
export let matchedHostCount: u32 = 0;

/** Identity of "every host". It is in every list of matches, at its beginning. */
export const EVERY_HOST: u32 = 0;

/** Identity of a pattern: `*.suffix`, a name, or nothing for every host. Equal patterns have one identity. */
export function addHost(start: usize, length: u32): u32 {
  if (length == 0) return EVERY_HOST;
  const isWildcard = length > 2 && load<u8>(start) == STAR && load<u8>(start + 1) == DOT;
  const text = isWildcard ? start + 1 : start;
  const textLength = isWildcard ? length - 1 : length;
  const kind = isWildcard ? WILDCARD : EXACT;
  const identity = texts.add(kind, text, textLength, hashBackward(SCOPE, text, textLength));
  if (isWildcard) {
    longestSuffix = max(longestSuffix, textLength);
    wildcardCount++;
  } else {
    longestExact = max(longestExact, textLength);
  }
  return identity;
}

/** Makes room for the list of matches, after the last `addHost`. */
export function finishHosts(): void {
  matchedHosts = heap.alloc(<usize>(wildcardCount + 2) * 4);
  store<u32>(matchedHosts, EVERY_HOST);
}

/** Finds every pattern that the name matches. */
export function matchHosts(start: usize, length: u32): void {
  let count: u32 = 1;
  const mayBeExact = length <= longestExact;
  // Nothing longer than the longest pattern can match, however long the name is.
  const reach = mayBeExact ? length : min(length, longestSuffix);
  if (reach > 0) {
    let hash = hashStart(SCOPE);
    const end = start + <usize>length;
    const stop = end - <usize>reach;
    let position = end;
    while (position > stop) {
      position -= 1;
      const byte = <u32>load<u8>(position);
      hash = hashByte(hash, byte);
      // A wildcard stands for one label or more, so something must come before the dot.
      if (byte == DOT && longestSuffix != 0 && position > start) {
        const identity = texts.find(WILDCARD, position, <u32>(end - position), hashEnd(hash));
        if (identity != 0) {
          store<u32>(matchedHosts + <usize>count * 4, identity);
          count++;
        }
      }
    }
    if (mayBeExact) {
      const identity = texts.find(EXACT, start, length, hashEnd(hash));
      if (identity != 0) {
        store<u32>(matchedHosts + <usize>count * 4, identity);
        count++;
      }
    }
  }
  matchedHostCount = count;
}
