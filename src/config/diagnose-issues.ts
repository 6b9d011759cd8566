import { FAILURES } from "../errors/catalogue.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { nearestWord } from "./nearest-word.ts";
import { keysAt } from "./schema/block.ts";
import { refusalOf } from "./schema/schema.ts";
import type { ConfigSource } from "./source/config-source.ts";
import type { z } from "./zod.ts";

/** More would not be read by anyone. */
const MAX_ISSUE_COUNT = 100;

/** Says in the operator's terms what `schema` found wrong with the source's value. */
export function diagnoseIssues(
  source: ConfigSource,
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
): Diagnostic[] {
  return issues
    .slice(0, MAX_ISSUE_COUNT)
    .flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.slice(0, MAX_ISSUE_COUNT).map((key) => diagnoseKey(source, schema, issue.path, key))
        : [diagnoseIssue(source, issue)],
    );
}

function diagnoseKey(source: ConfigSource, schema: z.ZodType, parent: readonly PropertyKey[], key: string): Diagnostic {
  const path = [...parent, key];
  const { known, notYet } = keysAt(schema, parent);
  if (notYet.includes(key)) return source.atKey(path, { failure: FAILURES.configNotSupported });
  const guess = nearestWord(key, known) ?? nearestWord(key, notYet);
  return source.atKey(path, {
    failure: FAILURES.configUnknownKey,
    hint: guess === undefined ? `known here are ${known.join(", ")}` : `did you mean ${guess}?`,
  });
}

function diagnoseIssue(source: ConfigSource, issue: z.core.$ZodIssue): Diagnostic {
  const refusal = issue.code === "custom" ? refusalOf(issue.params) : undefined;
  if (refusal !== undefined) return source.atValue(issue.path, { ...refusal, message: issue.message });
  if (issue.code === "invalid_key") {
    return source.atKey(issue.path, { failure: FAILURES.configValue, expected: issue.issues[0]?.message });
  }
  const value = source.value(issue.path);
  const expected = issue.message;
  if (value === undefined) return source.atValue(issue.path, { failure: FAILURES.configMissingKey, expected });
  const hint = guessWord(issue, value) ?? guessSlip(issue, value);
  return source.atValue(issue.path, {
    failure: hasWrongType(issue, value) ? FAILURES.configType : FAILURES.configValue,
    expected,
    hint,
  });
}

function hasWrongType(issue: z.core.$ZodIssue, value: unknown): boolean {
  if (issue.code === "invalid_type") return typeof value !== "number" || issue.expected !== "int";
  return issue.code === "invalid_value" && typeof value !== typeof issue.values[0];
}

function guessWord(issue: z.core.$ZodIssue, value: unknown): string | undefined {
  if (issue.code !== "invalid_value" || typeof value !== "string") return undefined;
  const guess = nearestWord(value, issue.values.map(String));
  return guess === undefined ? undefined : `did you mean ${guess}?`;
}

/** The commonest slips of writing YAML. */
function guessSlip(issue: z.core.$ZodIssue, value: unknown): string | undefined {
  if (issue.path.length === 0) return "write at least listen and upstream";
  if (value === null) return "give it a value, or remove the key";
  if (issue.code !== "invalid_type") return undefined;
  const wantsNumber = issue.expected === "number" || issue.expected === "int";
  if (wantsNumber && typeof value === "string" && /^-?[0-9]+$/u.test(value)) return "remove the quotes";
  if (issue.expected === "string" && typeof value !== "object") return "put it in quotes";
  if (issue.expected === "boolean" && typeof value === "string" && /^(?:true|yes|on)$/iu.test(value)) {
    return "write true, without quotes";
  }
  if (issue.expected === "boolean" && typeof value === "string" && /^(?:false|no|off)$/iu.test(value)) {
    return "write false, without quotes";
  }
  return undefined;
}
