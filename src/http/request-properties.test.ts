import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Failure } from "../errors/failure.ts";
import { createForwardedClient } from "./forwarded.ts";
import { checkRequestHead } from "./head-check.ts";
import { DEFAULT_HEAD_LIMITS } from "./head-limits.ts";
import type { RequestHead } from "./head.ts";
import { createRequestHead } from "./head.ts";
import { readHttp1Request } from "./http1-request.ts";
import { readRequestDictionary, readRequestFields } from "./request-fields.ts";
import { applyUpstreamHeaders } from "./upstream-headers.ts";

type Field = readonly [name: string, value: string];

const NAMES = [
  "accept user-agent cookie content-length content-length host te x-a x-b via 1 expect connection",
  "transfer-encoding upgrade keep-alive x-forwarded-for x-request-id authorization",
].flatMap((names) => names.split(" "));
const VALUES = [
  ..."a 5 5 6 trailers chunked example.com EXAMPLE.com:443 evil.example a=1 close content-length".split(" "),
  ...["", "a, b", "x\ty", "\u00e9", "keep-alive, x-a"],
];
const plainField: fc.Arbitrary<Field> = fc.tuple(
  fc.oneof(fc.constantFrom("accept", "x-a", "x-b", "user-agent"), fc.stringMatching(/^[a-z0-9!#$%&'*+.^_`|~-]{1,10}$/)),
  fc.stringMatching(/^(?:[!-~\x80-\xff](?:[\t -~\x80-\xff]{0,12}[!-~\x80-\xff])?)?$/),
);
const trickyField: fc.Arbitrary<Field> = fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...VALUES));
const target = fc.oneof(
  fc.constantFrom(..."/ /a/b?c=d /a/../b //a /%61 /%2f * /a#b /\u00e9 https://example.com/x".split(" "), "", "/a b"),
  fc.webPath(),
  fc.webPath().map((path) => `/${path}`),
);

/** Good choices nine times of ten: a message has many parts, and one bad one is enough. */
function mostly(good: string[], bad: string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: fc.constantFrom(...bad) },
  );
}

interface Message {
  readonly method: string;
  readonly scheme: string;
  readonly authority: string;
  readonly target: string;
  readonly fields: readonly Field[];
}

const message: fc.Arbitrary<Message> = fc.record({
  method: mostly(["GET", "POST", "OPTIONS", "get"], ["CONNECT", "G T", ""]),
  scheme: mostly(["https", "http", "HTTPS"], ["ftp", ""]),
  authority: mostly(["example.com", "Example.com:443", "[::1]:8443"], ["a@b", ""]),
  target,
  fields: fc.oneof(
    fc.array(plainField, { maxLength: 10 }),
    fc.array(fc.oneof(plainField, trickyField), { maxLength: 5 }),
    fc.array(trickyField, { maxLength: 3 }),
  ),
});

/** Breaks one character of one field, so that most of the head stays as it should be. */
const mutation = fc.option(
  fc.record({
    at: fc.nat(),
    offset: fc.nat(),
    isName: fc.boolean(),
    char: fc.constantFrom("\r", "\n", "\0", " ", "\t", "\x7f", ":", "A", "\u0100", "\u00e9", "x"),
  }),
  { nil: undefined },
);

function fieldsOf(parts: Message, change: NonNullable<unknown> | undefined, isHttp1 = false): string[] {
  const fields: Field[] = isHttp1
    ? [["host", parts.authority], ...parts.fields]
    : [
        [":method", parts.method],
        [":scheme", parts.scheme],
        [":authority", parts.authority],
        [":path", parts.target],
        ...parts.fields,
      ];
  if (change !== undefined) {
    const { at, offset, isName, char } = change as { at: number; offset: number; isName: boolean; char: string };
    const index = at % fields.length;
    const [name, value] = fields[index] as Field;
    const text = isName ? name : value;
    const cut = offset % (text.length + 1);
    const broken = text.slice(0, cut) + char + text.slice(cut);
    fields[index] = isName ? [broken, value] : [name, broken];
  }
  return fields.flat();
}

function readFlat(fields: string[]): [RequestHead, number | Failure] {
  const head = createRequestHead(fields);
  return [head, readRequestFields(head, DEFAULT_HEAD_LIMITS)];
}

function readAsDictionary(fields: string[]): [RequestHead, number | Failure] {
  const dictionary = Object.create(null) as Record<string, string[]>;
  for (let i = 0; i < fields.length; i += 2) {
    const values = (dictionary[fields[i] as string] ??= []);
    values.push(fields[i + 1] as string);
  }
  const head = createRequestHead();
  return [head, readRequestDictionary(head, dictionary, DEFAULT_HEAD_LIMITS)];
}

function expectSound(head: RequestHead, length: number): void {
  expect(checkRequestHead(head, length)).toBeUndefined();
  const { fields } = head.headers;
  const text = [head.method, head.scheme, head.authority, head.path, ...fields].join("");
  // oxlint-disable-next-line no-control-regex -- that there are none is what is tested
  expect(text).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f]/);
  const names = fields.filter((_, i) => i % 2 === 0);
  for (const name of names) expect(name).toMatch(/^[a-z0-9!#$%&'*+.^_`|~-]+$/);
  for (const name of ["host", "connection", "transfer-encoding", "upgrade", "keep-alive"])
    expect(names).not.toContain(name);
  for (const name of ["content-length", "cookie"]) {
    expect(names.filter((other) => other === name).length).toBeLessThanOrEqual(1);
  }
  const declared = head.headers.get("content-length");
  expect(declared === undefined ? length <= 0 : declared === String(length)).toBe(true);
}

function flatOf(head: RequestHead): string[] {
  return [
    ":method",
    head.method,
    ":scheme",
    head.scheme,
    ":authority",
    head.authority,
    ":path",
    head.path,
    ...head.headers.fields,
  ];
}

const RUNS = { numRuns: 3000 };

describe("whatever is accepted", () => {
  test("from HTTP/2 is sound, and is read again as the same head", () => {
    let accepted = 0;
    fc.assert(
      fc.property(message, mutation, (parts, change) => {
        const [head, length] = readFlat(fieldsOf(parts, change));
        if (typeof length !== "number") return;
        accepted++;
        expectSound(head, length);
        const [again, lengthAgain] = readFlat(flatOf(head));
        expect(lengthAgain).toBe(length);
        expect(again).toEqual(head);
      }),
      RUNS,
    );
    expect(accepted).toBeGreaterThan(100);
  });

  test("from HTTP/1.1 is sound, and an HTTP/2 request with the same head is accepted too", () => {
    let accepted = 0;
    fc.assert(
      fc.property(message, mutation, (parts, change) => {
        const head = createRequestHead(fieldsOf(parts, change, true));
        const line = { method: parts.method, target: parts.target, version: "HTTP/1.1", scheme: "https" } as const;
        const length = readHttp1Request(head, line, DEFAULT_HEAD_LIMITS);
        if (typeof length !== "number") return;
        accepted++;
        expectSound(head, length);
        const [again] = readFlat(flatOf(head));
        expect(again).toEqual(head);
      }),
      RUNS,
    );
    expect(accepted).toBeGreaterThan(100);
  });

  test("from a dictionary is what a flat array gives, but for the order of names", () => {
    const sorted = (head: RequestHead): unknown => ({
      ...head,
      headers: head.headers.fields
        .flatMap((name, i, all) => (i % 2 === 0 ? [`${name}: ${all[i + 1]}`] : []))
        .toSorted(),
    });
    fc.assert(
      fc.property(message, mutation, (parts, change) => {
        const [flat, flatResult] = readFlat(fieldsOf(parts, change));
        const [head, result] = readAsDictionary(fieldsOf(parts, change));
        expect(typeof result).toBe(typeof flatResult);
        if (typeof result !== "number") return;
        expectSound(head, result);
        expect(result).toBe(flatResult as number);
        expect(sorted(head)).toEqual(sorted(flat));
      }),
      RUNS,
    );
  });

  test("stays sound on its way to a backend", () => {
    const client = createForwardedClient("2001:db8::1", "https", "HTTP/2");
    const mode = fc.constantFrom("overwrite", "append", "preserve");
    fc.assert(
      fc.property(message, mode, (parts, forwardedMode) => {
        const [head, length] = readFlat(fieldsOf(parts, undefined));
        if (typeof length !== "number") return;
        applyUpstreamHeaders(head, forwardedMode, client, head.authority, "id");
        expectSound(head, length);
        for (const name of ["x-forwarded-for", "forwarded", "via", "x-request-id"]) {
          expect(head.headers.getAll(name)).toHaveLength(1);
        }
      }),
      RUNS,
    );
  });
});

test("any field with a control character is refused, wherever it stands", () => {
  const control = fc.constantFrom("\r", "\n", "\0", "\x01", "\x0b", "\x1b", "\x7f");
  fc.assert(
    fc.property(
      fc.array(plainField, { minLength: 1, maxLength: 8 }),
      fc.nat(),
      fc.nat(),
      control,
      (fields, at, offset, char) => {
        const broken = fields.map(([name, value], i): Field => {
          if (i !== at % fields.length) return [name, value];
          const cut = offset % (value.length + 1);
          return [name, value.slice(0, cut) + char + value.slice(cut)];
        });
        const parts = { method: "GET", scheme: "https", authority: "example.com", target: "/", fields: broken };
        expect(typeof readFlat(fieldsOf(parts, undefined))[1]).toBe("object");
        expect(typeof readAsDictionary(fieldsOf(parts, undefined))[1]).toBe("object");
      },
    ),
  );
});
