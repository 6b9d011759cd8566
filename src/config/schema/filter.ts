import { FAILURES } from "../../errors/catalogue.ts";
import type { ConfigValue, FilterConfig } from "../model.ts";
import { z } from "../zod.ts";
import { block } from "./block.ts";
import { choice, filePath, sha256, text } from "./fields.ts";
import { moduleLimitsSchema, refuseUnclearSource } from "./module-source.ts";
import { type Schema, refuse } from "./schema.ts";

/** Filters that ship with the proxy. */
const BUILTIN_FILTERS = ["header-rewrite"] as const;

const configValue: Schema<ConfigValue> = z.custom<ConfigValue>().superRefine((value, context) => {
  refuseUnlikeJson(context, [], value);
});

function refuseUnlikeJson(context: Parameters<typeof refuse>[0], path: readonly PropertyKey[], value: unknown): void {
  if (typeof value === "number" && !Number.isFinite(value)) {
    refuse(context, path, FAILURES.configValue.message, {
      failure: FAILURES.configValue,
      expected: "a value that JSON can hold",
    });
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    refuseUnlikeJson(context, [...path, Array.isArray(value) ? Number(key) : key], inner);
  }
}

const filterSchema: Schema<FilterConfig> = block({
  name: text("a name for the filter"),
  builtin: choice(BUILTIN_FILTERS).optional(),
  file: filePath().optional(),
  sha256: sha256().optional(),
  config: configValue.optional(),
  root_id: z.string({ error: "text" }).default(""),
  limits: moduleLimitsSchema,
}).superRefine((filter, context) => refuseUnclearSource(context, filter, "builtin"));

/** `filters`, of the root and of each upstream. Paths are still as written. */
export const filterListSchema: Schema<FilterConfig[]> = z
  .array(filterSchema, { error: "a list of filters" })
  .superRefine((filters, context) => {
    const names = new Set<string>();
    for (const [index, { name }] of filters.entries()) {
      if (names.has(name)) {
        refuse(context, [index, "name"], `a second filter named ${name}`, {
          failure: FAILURES.configConflict,
          hint: "give each filter of a list a name of its own",
        });
      }
      names.add(name);
    }
  })
  .default([]);
