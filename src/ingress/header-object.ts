/**
 * Header lists as the objects that the wire libraries take: several values of one name are an array.
 * @module
 */
import type { HeaderList } from "../http/header-list.ts";

export type HeaderObject = Record<string, string | string[]>;

export function toHeaderObject(headers: HeaderList): HeaderObject {
  const object = emptyObject();
  addFields(object, headers.fields);
  return object;
}

/** With `:status` first (RFC 9114 §4.3.2). */
export function toResponseObject(status: number, headers: HeaderList): HeaderObject {
  const object = emptyObject();
  object[":status"] = `${status}`;
  addFields(object, headers.fields);
  return object;
}

/** No prototype: a field may have any name, `__proto__` too. */
function emptyObject(): HeaderObject {
  return { __proto__: null } as unknown as HeaderObject;
}

function addFields(object: HeaderObject, fields: readonly string[]): void {
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    const value = fields[i + 1] as string;
    const before = object[name];
    if (before === undefined) object[name] = value;
    else if (typeof before === "string") object[name] = [before, value];
    else before.push(value);
  }
}

/** The reverse: a flat array of names and values, in the object's order. */
export function fromHeaderObject(object: Readonly<Record<string, string | readonly string[] | undefined>>): string[] {
  const fields: string[] = [];
  for (const name in object) {
    const value = object[name];
    if (typeof value === "string") fields.push(name, value);
    else if (value !== undefined) for (const one of value) fields.push(name, one);
  }
  return fields;
}
