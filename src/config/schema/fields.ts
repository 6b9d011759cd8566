/**
 * Building blocks for fields. Each error message is the phrase for what was expected.
 * @module
 */
import { FAILURES } from "../../errors/catalogue.ts";
import { z } from "../zod.ts";
import { type Schema, refuse } from "./schema.ts";

/** `true` or `false`; not `yes`, which YAML 1.2 reads as text. */
export function flag(): z.ZodBoolean {
  return z.boolean({ error: "true or false" });
}

/** A whole number in a range, both ends included. */
export function wholeNumber(min: number, max: number, unit: string = ""): z.ZodInt {
  const what = unit === "" ? "a whole number" : `a whole number of ${unit}`;
  const error = max >= Number.MAX_SAFE_INTEGER ? `${what}, ${min} or more` : `${what} from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** Longest time that a timer can wait (`setTimeout` takes a signed 32-bit number), about 24 days. */
const MAX_TIMER_MS = 2_147_483_647;

/** Milliseconds, more than none. */
export function durationMs(): z.ZodInt {
  return wholeNumber(1, MAX_TIMER_MS, "milliseconds");
}

/** Bytes, more than none. */
export function byteSize(): z.ZodInt {
  return wholeNumber(1, Number.MAX_SAFE_INTEGER, "bytes");
}

/** How many, more than none. */
export function count(): z.ZodInt {
  return wholeNumber(1, 4_294_967_295);
}

/** A port that can be listened on. */
export function port(): z.ZodInt {
  const error = "a port number from 1 to 65535";
  return z.int({ error }).min(1, { error }).max(65535, { error });
}

/** Text that is more than white space. */
export function text(expected: string): z.ZodString {
  return z.string({ error: expected }).regex(/^(?=.*\S)\P{Cc}+$/u, { error: expected });
}

/** Path of a file or directory; relative ones count from the config file's directory. */
export function filePath(): z.ZodString {
  return text("the path of a file");
}

/** One of a few words. */
export function choice<const T extends readonly [string, ...string[]]>(words: T): z.ZodEnum<{ [K in T[number]]: K }> {
  return z.enum(words, { error: orList(words) });
}

/** One of a few words in any letter case, each of which may have other spellings. */
export function spelledChoice<const T extends string>(spellings: Readonly<Record<T, readonly string[]>>): Schema<T> {
  const canonical = Object.keys(spellings) as T[];
  const bySpelling = new Map<string, T>();
  for (const word of canonical) for (const other of [word, ...spellings[word]]) bySpelling.set(other, word);
  const expected = orList(canonical);
  const spelled = z.string({ error: expected }).meta({ examples: canonical });
  return spelled.transform((given, context) => {
    const word = bySpelling.get(given.trim().toLowerCase());
    if (word !== undefined) return word;
    refuse(context, [], FAILURES.configValue.message, { failure: FAILURES.configValue, expected });
    return z.NEVER;
  });
}

/** Path of a URL: begins with `/`, without query, fragment or white space. */
export function urlPath(): z.ZodString {
  const error = "a path that begins with /";
  return z
    .string({ error })
    .regex(/^\/[!-~]*$/u, { error })
    .regex(/^[^?#]*$/u, { error });
}

/** SHA-256 as 64 hexadecimal digits; made lower case. */
export function sha256(): z.ZodType<string> {
  const error = "a SHA-256 sum of 64 hexadecimal digits";
  return z
    .string({ error })
    .regex(/^[0-9a-fA-F]{64}$/u, { error })
    .toLowerCase();
}

function orList(words: readonly string[]): string {
  if (words.length === 1) return words[0] ?? "";
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
