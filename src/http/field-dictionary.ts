/** Fields by name, as `node:quic` gives them: repeated fields are arrays. */
export type FieldDictionary = Readonly<Record<string, string | readonly string[] | undefined>>;
