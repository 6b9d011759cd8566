import { rootSchema } from "./schema/root.ts";
import { z } from "./zod.ts";

/** A JSON Schema document, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * JSON Schema (draft 2020-12) of the config file, made from the schema that checks it. Each value's description is the
 * phrase that an error would give for what was expected. Rules between keys, and those that no pattern can say, are not
 * in it: what it refuses is wrong, what it accepts may still be.
 */
export function configJsonSchema(): JsonSchema {
  return z.toJSONSchema(rootSchema, {
    io: "input",
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      const expected = expectation(zodSchema);
      if (expected !== undefined) jsonSchema.description ??= expected;
    },
  });
}

/** What an error would say was expected, if the schema has words of its own for it. */
function expectation(schema: z.core.$ZodTypes): string | undefined {
  const error = schema._zod.def.error as z.core.$ZodErrorMap | undefined;
  const message = error?.({ code: "custom", input: undefined, path: [] });
  return typeof message === "string" ? message : message?.message;
}
