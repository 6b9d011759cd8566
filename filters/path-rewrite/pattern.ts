import { ByteString, allocate } from "../sdk/filter";
import { equalsBytes } from "../sdk/text";

/** More captures than this in one pattern are refused. */
export const MAX_CAPTURES: i32 = 16;

/** Where the captures of the pattern that matched last lie: address and length in turn. */
export const captures: StaticArray<usize> = new StaticArray<usize>(MAX_CAPTURES * 2);

enum Kind {
  Literal,
  One,
  Rest,
  /** As `Rest`, with the slash before it. */
  Tail,
}

@final
class Segment {
  constructor(
    readonly kind: Kind,
    readonly literal: ByteString,
  ) {}
}

/**
 * A path with names for segments: `/shop/{category}/{*rest}`. `{name}` is one segment, not empty; `{*name}`, at the end,
 * whatever follows, be it nothing.
 */
@final
export class PathPattern {
  private constructor(
    private readonly segments: StaticArray<Segment>,
    readonly names: string[],
  ) {}

  /** Null when it is none. */
  static parse(text: string): PathPattern | null {
    if (!text.startsWith("/") || text.includes("?")) return null;
    const segments: Segment[] = [];
    const names: string[] = [];
    const parts = text.substring(1).split("/");
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i];
      if (!part.includes("{") && !part.includes("}")) {
        segments.push(new Segment(Kind.Literal, ByteString.from(part)));
        continue;
      }
      const isRest = part.startsWith("{*");
      const name = part.substring(isRest ? 2 : 1, part.length - 1);
      if (!part.startsWith("{") || !part.endsWith("}") || !isCaptureName(name) || names.includes(name)) return null;
      if (isRest && i != parts.length - 1) return null;
      names.push(name);
      segments.push(new Segment(isRest ? Kind.Rest : Kind.One, ByteString.from("")));
    }
    return names.length > MAX_CAPTURES ? null : new PathPattern(StaticArray.fromArray(segments), names);
  }

  /** A pattern for everything at or below `prefix`; what is below is the one capture, and begins with a slash. */
  static prefix(prefix: string): PathPattern | null {
    const pattern = PathPattern.parse(prefix);
    if (pattern == null || pattern.names.length > 0) return null;
    const segments = pattern.segments.slice<Segment[]>();
    if (prefix.endsWith("/")) segments.pop();
    segments.push(new Segment(Kind.Tail, ByteString.from("")));
    return new PathPattern(StaticArray.fromArray(segments), ["tail"]);
  }

  /** Whether a path without query matches; see {@link captures}. */
  matches(address: usize, length: usize): bool {
    const end = address + length;
    let at = address;
    let capture = 0;
    const count = this.segments.length;
    for (let i = 0; i < count; i++) {
      const segment = unchecked(this.segments[i]);
      if (segment.kind == Kind.Rest) {
        // `/a/{*rest}` matches `/a` too.
        const start = at < end ? at + 1 : at;
        setCapture(capture, start, end - start);
        return true;
      }
      if (segment.kind == Kind.Tail) {
        setCapture(capture, at, end - at);
        return true;
      }
      if (at >= end || load<u8>(at) != 0x2f) return false;
      const start = ++at;
      while (at < end && load<u8>(at) != 0x2f) at++;
      if (segment.kind == Kind.Literal) {
        if (!equalsBytes(start, at - start, segment.literal)) return false;
      } else {
        if (at == start) return false;
        setCapture(capture++, start, at - start);
      }
    }
    return at == end;
  }
}

function setCapture(index: i32, address: usize, length: usize): void {
  unchecked((captures[index * 2] = address));
  unchecked((captures[index * 2 + 1] = length));
}

function isCaptureName(name: string): bool {
  if (name == "") return false;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    const isWord = (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a) || code == 0x5f;
    if (!isWord) return false;
  }
  return true;
}

/** Address and length of what {@link PathTarget.render} wrote last. */
export let renderedAddress: usize = 0;
export let renderedLength: usize = 0;

/** What a path becomes: a path, or the address of another site, with captures of a pattern in it. */
@final
export class PathTarget {
  private constructor(
    /** Texts, one more than there are captures, which stand between them. */
    private readonly texts: StaticArray<ByteString>,
    private readonly places: StaticArray<i32>,
    private readonly isLocal: bool,
  ) {}

  /** What was wrong with the text that {@link parse} was given last. */
  static error: string = "";

  /** A target to which the one capture of {@link PathPattern.prefix} is added. */
  static prefix(text: string, allowsOtherSites: bool): PathTarget | null {
    if (text.includes("{")) return refuse("has { in it, which only match knows");
    const base = text.length > 1 && text.endsWith("/") ? text.substring(0, text.length - 1) : text;
    const target = PathTarget.parse(base, [], allowsOtherSites);
    if (target == null) return null;
    // The capture begins with a slash, so that it is no part of a host.
    return new PathTarget([unchecked(target.texts[0]), ByteString.from("")], [0], target.isLocal);
  }

  static parse(text: string, names: string[], allowsOtherSites: bool): PathTarget | null {
    const isLocal = text.startsWith("/") && !text.startsWith("//") && !text.startsWith("/\\");
    if (!isLocal && !allowsOtherSites) return refuse("must be a path");
    if (!isLocal && !text.startsWith("https://") && !text.startsWith("http://")) {
      return refuse("must be a path, or begin with https:// or http://");
    }
    const texts: ByteString[] = [];
    const places: i32[] = [];
    let at = 0;
    while (true) {
      const open = text.indexOf("{", at);
      if (open < 0) break;
      const close = text.indexOf("}", open);
      if (close < 0) return refuse("has { without }");
      const place = names.indexOf(text.substring(open + 1, close));
      if (place < 0) return refuse("names " + text.substring(open, close + 1) + ", which the pattern has not");
      // Or the request could say which site it is led to.
      if (!isLocal && text.substring(text.indexOf("://") + 3, open).indexOf("/") < 0) {
        return refuse("has a capture in its host");
      }
      texts.push(ByteString.from(text.substring(at, open)));
      places.push(place);
      at = close + 1;
    }
    texts.push(ByteString.from(text.substring(at)));
    return new PathTarget(StaticArray.fromArray(texts), StaticArray.fromArray(places), isLocal);
  }

  /** Puts the captures in, and a query of `queryLength` bytes behind; see {@link renderedAddress}. */
  render(query: usize, queryLength: usize): void {
    let total: usize = queryLength + 1;
    for (let i = 0; i < this.texts.length; i++) total += unchecked(this.texts[i]).length;
    for (let i = 0; i < this.places.length; i++) total += unchecked(captures[unchecked(this.places[i]) * 2 + 1]);
    const start = allocate(total);
    let at = start;
    for (let i = 0; i < this.texts.length; i++) {
      const text = unchecked(this.texts[i]);
      memory.copy(at, text.address, text.length);
      at += text.length;
      if (i == this.places.length) break;
      const place = unchecked(this.places[i]) * 2;
      memory.copy(at, unchecked(captures[place]), unchecked(captures[place + 1]));
      at += unchecked(captures[place + 1]);
    }
    renderedAddress = start;
    if (this.isLocal) skipSlashes(at);
    if (queryLength > 0) {
      const mark: u8 = hasQuery(renderedAddress, at) ? 0x26 : 0x3f;
      store<u8>(at++, mark);
      memory.copy(at, query, queryLength);
      at += queryLength;
    }
    renderedLength = at - renderedAddress;
  }
}

/** Two slashes, or what browsers take for them, would begin the name of another site: only the last is left. */
function skipSlashes(end: usize): void {
  while (renderedAddress + 1 < end) {
    const code = load<u8>(renderedAddress + 1);
    if (code == 0x5c) store<u8>(renderedAddress + 1, 0x2f);
    else if (code != 0x2f) return;
    renderedAddress++;
  }
}

function hasQuery(start: usize, end: usize): bool {
  for (let at = start; at < end; at++) if (load<u8>(at) == 0x3f) return true;
  return false;
}

function refuse(error: string): PathTarget | null {
  PathTarget.error = error;
  return null;
}
