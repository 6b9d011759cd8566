/**
 * A small JSON reader (RFC 8259) for configurations. Not for bodies: it builds everything in memory.
 * @module
 */

export enum JsonKind {
  Null,
  Boolean,
  Number,
  String,
  Array,
  Object,
}

/** One value. Objects keep their keys in order; a key given twice counts twice. */
export class JsonValue {
  /** A string's content, or a number's or boolean's text. */
  text: string = "";
  /** Keys of an object, in the same places as the values in {@link items}. */
  keys: string[] = [];
  /** Members of an array or object. */
  items: JsonValue[] = [];

  constructor(readonly kind: JsonKind) {}
}

/** Deeper nesting is refused: it would use up the stack. */
const MAX_DEPTH = 64;

/** Reads the whole of `text`; null when it is not one JSON value. */
export function parseJson(text: string): JsonValue | null {
  const parser = new JsonParser(text);
  const value = parser.value(0);
  parser.skipSpace();
  return value != null && parser.isAtEnd() ? value : null;
}

class JsonParser {
  private at: i32 = 0;

  constructor(private readonly text: string) {}

  isAtEnd(): bool {
    return this.at == this.text.length;
  }

  skipSpace(): void {
    while (!this.isAtEnd()) {
      const code = this.text.charCodeAt(this.at);
      if (code != 0x20 && code != 0x09 && code != 0x0a && code != 0x0d) return;
      this.at++;
    }
  }

  value(depth: i32): JsonValue | null {
    if (depth > MAX_DEPTH) return null;
    this.skipSpace();
    if (this.isAtEnd()) return null;
    switch (this.text.charCodeAt(this.at)) {
      case 0x7b:
        return this.object(depth);
      case 0x5b:
        return this.array(depth);
      case 0x22:
        return this.string();
      case 0x74:
        return this.word("true", JsonKind.Boolean);
      case 0x66:
        return this.word("false", JsonKind.Boolean);
      case 0x6e:
        return this.word("null", JsonKind.Null);
      default:
        return this.number();
    }
  }

  private take(code: i32): bool {
    this.skipSpace();
    if (this.isAtEnd() || this.text.charCodeAt(this.at) != code) return false;
    this.at++;
    return true;
  }

  private object(depth: i32): JsonValue | null {
    const object = new JsonValue(JsonKind.Object);
    this.at++;
    if (this.take(0x7d)) return object;
    do {
      this.skipSpace();
      if (this.isAtEnd() || this.text.charCodeAt(this.at) != 0x22) return null;
      const key = this.string();
      if (key == null || !this.take(0x3a)) return null;
      const item = this.value(depth + 1);
      if (item == null) return null;
      object.keys.push(key.text);
      object.items.push(item);
    } while (this.take(0x2c));
    return this.take(0x7d) ? object : null;
  }

  private array(depth: i32): JsonValue | null {
    const array = new JsonValue(JsonKind.Array);
    this.at++;
    if (this.take(0x5d)) return array;
    do {
      const item = this.value(depth + 1);
      if (item == null) return null;
      array.items.push(item);
    } while (this.take(0x2c));
    return this.take(0x5d) ? array : null;
  }

  private word(word: string, kind: JsonKind): JsonValue | null {
    if (!this.text.substr(this.at, word.length).startsWith(word)) return null;
    this.at += word.length;
    const value = new JsonValue(kind);
    value.text = word;
    return value;
  }

  private number(): JsonValue | null {
    const start = this.at;
    while (!this.isAtEnd() && isNumberCode(this.text.charCodeAt(this.at))) this.at++;
    if (this.at == start) return null;
    const value = new JsonValue(JsonKind.Number);
    value.text = this.text.substring(start, this.at);
    return value;
  }

  private string(): JsonValue | null {
    const text = this.text;
    const pieces: string[] = [];
    let start = ++this.at;
    while (this.at < text.length) {
      const code = text.charCodeAt(this.at);
      if (code < 0x20) return null;
      if (code == 0x22) {
        pieces.push(text.substring(start, this.at++));
        const value = new JsonValue(JsonKind.String);
        value.text = pieces.join("");
        return value;
      }
      if (code != 0x5c) {
        this.at++;
        continue;
      }
      pieces.push(text.substring(start, this.at));
      const escaped = this.escape();
      if (escaped < 0) return null;
      pieces.push(String.fromCharCode(escaped));
      start = this.at;
    }
    return null;
  }

  /** The code unit that an escape stands for, or -1. */
  private escape(): i32 {
    this.at += 2;
    if (this.at > this.text.length) return -1;
    const code = this.text.charCodeAt(this.at - 1);
    switch (code) {
      case 0x22:
      case 0x2f:
      case 0x5c:
        return code;
      case 0x62:
        return 0x08;
      case 0x66:
        return 0x0c;
      case 0x6e:
        return 0x0a;
      case 0x72:
        return 0x0d;
      case 0x74:
        return 0x09;
      case 0x75:
        return this.hexEscape();
      default:
        return -1;
    }
  }

  private hexEscape(): i32 {
    if (this.at + 4 > this.text.length) return -1;
    let unit = 0;
    for (let i = 0; i < 4; i++) {
      const digit = hexDigit(this.text.charCodeAt(this.at++));
      if (digit < 0) return -1;
      unit = (unit << 4) | digit;
    }
    return unit;
  }
}

function isNumberCode(code: i32): bool {
  return (code >= 0x30 && code <= 0x39) || code == 0x2d || code == 0x2b || code == 0x2e || (code | 0x20) == 0x65;
}

function hexDigit(code: i32): i32 {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}
