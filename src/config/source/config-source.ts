import type { Failure } from "../../errors/failure.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { describeValue } from "./describe-value.ts";
import { formatKeyPath } from "./key-path.ts";

/** Part of the text, as offsets: the first character and the one after the last. */
export type Span = readonly [start: number, end: number];

/** What a diagnostic says, before its place is worked out. */
export interface Remark {
  readonly failure: Failure;
  readonly severity?: "error" | "warning";
  readonly message?: string;
  readonly expected?: string | undefined;
  readonly hint?: string | undefined;
}

/** Finds the spans of keys and values; made by the YAML reader. */
export interface SpanFinder {
  /** Span of the key, or of the list entry, at the end of `path`; of the nearest one above it when it is not there. */
  keySpan(path: readonly PropertyKey[]): Span;
  /** Span of the value, or as {@link keySpan} when there is none. */
  valueSpan(path: readonly PropertyKey[]): Span;
}

const MAX_EXCERPT_LENGTH = 200;
const SECRET_KEYS = /token|secret|password|api_key/iu;
const SECRET_VALUES = /((?:token|secret|password|api_key)\w*["']?\s*:\s*)([^\s,}\]]+)/giu;

/** A config text with what is needed to point into it. */
export class ConfigSource {
  readonly file: string;
  readonly #text: string;
  readonly #lineStarts: readonly number[];
  readonly #value: unknown;
  readonly #spans: SpanFinder;

  constructor(file: string, text: string, value: unknown, spans: SpanFinder) {
    this.file = file;
    this.#text = text;
    this.#value = value;
    this.#spans = spans;
    this.#lineStarts = findLineStarts(text);
  }

  /** Speaks of the value at `path`; of the place where it should be when it is missing. */
  atValue(path: readonly PropertyKey[], remark: Remark): Diagnostic {
    const value = valueAt(this.#value, path);
    const found = value === undefined || isSecret(path) ? undefined : describeValue(value);
    return this.#diagnose(path, remark, this.#spans.valueSpan(path), found);
  }

  /** Speaks of the key at the end of `path`. */
  atKey(path: readonly PropertyKey[], remark: Remark): Diagnostic {
    return this.#diagnose(path, remark, this.#spans.keySpan(path), undefined);
  }

  /** Speaks of a part of the text. */
  atSpan(span: Span, remark: Remark): Diagnostic {
    return this.#diagnose([], remark, span, undefined);
  }

  /** The value at `path`, or undefined. */
  value(path: readonly PropertyKey[]): unknown {
    return valueAt(this.#value, path);
  }

  /** Line of an offset, from 1. */
  lineOf(offset: number): number {
    return this.#lineIndex(offset) + 1;
  }

  #diagnose(path: readonly PropertyKey[], remark: Remark, span: Span, found: string | undefined): Diagnostic {
    const index = this.#lineIndex(span[0]);
    const start = this.#lineStarts[index] ?? 0;
    const text = this.#text.slice(start, this.#lineStarts[index + 1] ?? this.#text.length).replace(/\r?\n$/u, "");
    const column = span[0] - start + 1;
    const shown = hideSecrets(text.slice(0, MAX_EXCERPT_LENGTH));
    const length = Math.max(1, Math.min(span[1] - span[0], shown.length - column + 1));
    return {
      failure: remark.failure,
      severity: remark.severity ?? "error",
      path: formatKeyPath(path),
      message: remark.message ?? remark.failure.message,
      expected: remark.expected,
      found,
      hint: remark.hint,
      file: this.file,
      line: index + 1,
      column,
      excerpt: column <= shown.length + 1 ? { text: shown, length } : undefined,
    };
  }

  #lineIndex(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

/** Keeps every column where it is. */
function hideSecrets(line: string): string {
  return line.replace(SECRET_VALUES, (_, key: string, value: string) => key + "*".repeat(value.length));
}

function isSecret(path: readonly PropertyKey[]): boolean {
  return path.some((step) => typeof step === "string" && SECRET_KEYS.test(step));
}
