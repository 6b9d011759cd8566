import { z } from "../zod.ts";

/** Keys of the reference program's schema that a block does not take yet. They are refused by name. */
export interface BlockOptions {
  readonly notYet?: readonly string[];
}

const notYetKeys: WeakMap<z.ZodType, readonly string[]> = new WeakMap();

/** A mapping with exactly these keys. */
export function block<S extends z.ZodRawShape>(shape: S, options: BlockOptions = {}): z.ZodObject<S, z.core.$strict> {
  const schema = z.strictObject(shape, { error: "a mapping of keys to values" });
  if (options.notYet !== undefined) notYetKeys.set(schema, options.notYet);
  return schema;
}

/** The keys of the mapping that `path` leads to from `root`; empty when it leads to no mapping. */
export function keysAt(root: z.ZodType, path: readonly PropertyKey[]): { known: string[]; notYet: readonly string[] } {
  let schema = unwrap(root);
  for (const step of path) {
    if (schema instanceof z.ZodObject) schema = unwrap(schema.shape[step as string] as z.ZodType | undefined);
    else if (schema instanceof z.ZodArray) schema = unwrap(schema.element as z.ZodType);
    else if (schema instanceof z.ZodRecord) schema = unwrap(schema.valueType as z.ZodType);
    else break;
  }
  if (!(schema instanceof z.ZodObject)) return { known: [], notYet: [] };
  return { known: Object.keys(schema.shape), notYet: notYetKeys.get(schema) ?? [] };
}

/** The schema under defaults, options and transformations. */
function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  let inner = schema;
  for (;;) {
    if (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
      inner = inner.def.innerType as z.ZodType;
    } else if (inner instanceof z.ZodPipe) inner = inner.def.in as z.ZodType;
    else return inner;
  }
}
