import type { HeaderList } from "../http/header-list.ts";

/** Trailers in the only form that `node:http2` sends them: one property per name, so that repeated fields move together. */
export function trailerDictionary(trailers: HeaderList): Record<string, string | string[]> {
  const dictionary: Record<string, string | string[]> = {};
  const { fields } = trailers;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    const value = fields[i + 1] as string;
    const known = dictionary[name];
    if (known === undefined) dictionary[name] = value;
    else if (typeof known === "string") dictionary[name] = [known, value];
    else known.push(value);
  }
  return dictionary;
}
