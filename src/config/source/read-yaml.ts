import {
  type Document,
  type ParsedNode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  stringify as stringifyYaml,
  visit,
} from "yaml";
import { FAILURES } from "../../errors/catalogue.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { ConfigSource, type Span, type SpanFinder } from "./config-source.ts";

type YamlDocument = Document.Parsed<ParsedNode, true>;

/** An alias may stand for no more than so many nodes; what is beyond is an attack or a mistake. */
const MAX_ALIAS_COUNT = 100;
/** More would not be read by anyone. */
const MAX_PROBLEM_COUNT = 100;
/** Nothing in the schema is nearly as deep; it keeps recursion over the value short. */
const MAX_DEPTH = 100;
const NO_SPAN: Span = [0, 1];
const NOWHERE: SpanFinder = { keySpan: () => NO_SPAN, valueSpan: () => NO_SPAN };

/** A YAML text as plain values, or as far as it could be read. */
export interface YamlReading {
  readonly source: ConfigSource;
  /** Undefined when `errors` say that there is none to be had. */
  readonly value: unknown;
  readonly errors: readonly Diagnostic[];
}

/** Reads YAML 1.2 with the core schema. Keys are strings, and the same key twice is an error. Never throws. */
export function readYaml(text: string, file: string): YamlReading {
  const blank = new ConfigSource(file, text, undefined, NOWHERE);
  try {
    return readDocument(text, file, blank);
  } catch (error) {
    if (error instanceof RangeError) {
      const remark = { failure: FAILURES.configSyntax, message: "lists and mappings are nested too deeply" };
      return { source: blank, value: undefined, errors: [blank.atSpan(NO_SPAN, remark)] };
    }
    throw error;
  }
}

function readDocument(text: string, file: string, blank: ConfigSource): YamlReading {
  const document: YamlDocument = parseDocument(text, {
    prettyErrors: false,
    schema: "core",
    stringKeys: true,
    // Checked below, in linear time and with both places.
    uniqueKeys: false,
    version: "1.2",
    logLevel: "error",
  });
  // One fault often makes the reader complain of every open bracket, all at one place.
  const all = [...document.errors, ...document.warnings];
  const problems = [...new Map(all.map((problem) => [problem.pos[0], problem])).values()];
  if (problems.length > 0) {
    const errors = problems.slice(0, MAX_PROBLEM_COUNT).map(({ pos, code, message }) =>
      blank.atSpan(pos, {
        failure: FAILURES.configSyntax,
        message: lowerFirst(message),
        hint: code === "TAB_AS_INDENT" ? "indent with spaces" : undefined,
      }),
    );
    return { source: blank, value: undefined, errors };
  }
  const duplicates = findDuplicateKeys(document, blank);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const isExcess = error.message.includes("Excessive alias count");
    const remark = isExcess
      ? { failure: FAILURES.configAliases, hint: "write the values out" }
      : { failure: FAILURES.configSyntax, message: lowerFirst(error.message) };
    return { source: blank, value: undefined, errors: [...duplicates, blank.atSpan(firstAlias(document), remark)] };
  }
  if (isDeeperThan(value, MAX_DEPTH)) throw new RangeError("nested too deeply");
  return { source: new ConfigSource(file, text, value, spanFinder(document)), value, errors: duplicates };
}

/** Ends on cyclic values too, which are endlessly deep. */
function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeperThan(inner, depth - 1));
}

function findDuplicateKeys(document: YamlDocument, blank: ConfigSource): Diagnostic[] {
  const found: Diagnostic[] = [];
  visit(document, {
    Map(_, map) {
      const firstLines = new Map<string, number>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        const span: Span = rangeOf(key) ?? NO_SPAN;
        const firstLine = firstLines.get(name);
        if (firstLine === undefined) firstLines.set(name, blank.lineOf(span[0]));
        else if (found.length < MAX_PROBLEM_COUNT) {
          const message = `the key ${JSON.stringify(name)} was given already, on line ${firstLine}`;
          found.push(blank.atSpan(span, { failure: FAILURES.configDuplicateKey, message }));
        }
      }
    },
  });
  return found;
}

/** The first alias that has no anchor before it, else the first of all. */
function firstAlias(document: YamlDocument): Span {
  let first: Span | undefined;
  let unresolved: Span | undefined;
  const anchors = new Set<string>();
  visit(document, {
    Value(_, node) {
      if (node.anchor !== undefined) anchors.add(node.anchor);
    },
    Alias(_, alias) {
      first ??= rangeOf(alias);
      if (anchors.has(alias.source)) return undefined;
      unresolved = rangeOf(alias);
      return visit.BREAK;
    },
  });
  return unresolved ?? first ?? NO_SPAN;
}

function spanFinder(document: YamlDocument): SpanFinder {
  return {
    keySpan: (path) => walk(document, path).key,
    valueSpan: (path) => {
      const { key, value } = walk(document, path);
      return value ?? key;
    },
  };
}

/** Follows `path` as far as it goes. */
function walk(document: YamlDocument, path: readonly PropertyKey[]): { key: Span; value: Span | undefined } {
  let node: unknown = document.contents;
  let key: Span = rangeOf(node) ?? NO_SPAN;
  key = [key[0], key[0] + 1];
  for (const step of path) {
    const container = isAlias(node) ? node.resolve(document) : node;
    if (isMap(container)) {
      // The last of several with one name, as in the value.
      const pair = container.items.findLast((item) => isScalar(item.key) && String(item.key.value) === step);
      if (pair === undefined) return { key, value: undefined };
      key = rangeOf(pair.key) ?? key;
      node = pair.value;
    } else if (isSeq(container) && typeof step === "number" && container.items[step] !== undefined) {
      node = container.items[step];
      key = rangeOf(node) ?? key;
    } else return { key, value: undefined };
  }
  return { key, value: isScalar(node) || isAlias(node) ? nonEmpty(rangeOf(node)) : undefined };
}

function rangeOf(node: unknown): Span | undefined {
  if (typeof node !== "object" || node === null || !("range" in node)) return undefined;
  const range = node.range as readonly [number, number, number] | null | undefined;
  return range === null || range === undefined ? undefined : [range[0], range[1]];
}

function nonEmpty(span: Span | undefined): Span | undefined {
  return span === undefined || span[1] <= span[0] ? undefined : span;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

export { stringifyYaml };
