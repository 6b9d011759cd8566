/** Fields by name, as `node:quic` gives them: repeated fields are arrays. */
export type FieldDictionary = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The same fields as one flat array of names and values, unchecked. */
export function fieldsOf(dictionary: FieldDictionary): string[] {
  const fields: string[] = [];
  for (const name in dictionary) {
    const value = dictionary[name];
    if (typeof value === "string") fields.push(name, value);
    else if (value !== undefined) for (const one of value) fields.push(name, one);
  }
  return fields;
}
