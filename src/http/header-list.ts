/**
 * Header fields in the order they came, duplicates kept (RFC 9110 §5.2, §5.3).
 *
 * One flat array of name, value, name, value: the form in which the wire libraries give and take fields, so that a
 * head crosses the proxy without being copied into objects. Names are lower case (RFC 9114 §4.2). Values are byte
 * strings: one character per byte, U+0000 to U+00FF.
 * @module
 */
export class HeaderList {
  /** Names at even, values at odd places. Owned by this list; may be read and handed to a wire library, not kept. */
  readonly fields: string[];

  constructor(fields: string[] = []) {
    this.fields = fields;
  }

  /** How many fields there are. */
  get count(): number {
    return this.fields.length >> 1;
  }

  /** Sum of the lengths of all names and values, in bytes, without separators. */
  get bytes(): number {
    const { fields } = this;
    let total = 0;
    for (let i = 0; i < fields.length; i++) total += (fields[i] as string).length;
    return total;
  }

  /** The first value of `name` (lower case), or undefined. */
  get(name: string): string | undefined {
    const { fields } = this;
    for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return fields[i + 1];
    return undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** All values of `name`, in order. Allocates: not for the request path. */
  getAll(name: string): string[] {
    const { fields } = this;
    const values: string[] = [];
    for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) values.push(fields[i + 1] as string);
    return values;
  }

  append(name: string, value: string): void {
    this.fields.push(name, value);
  }

  /** Makes `name` have this one value: the first field keeps its place, others of the name go, a new one is appended. */
  set(name: string, value: string): void {
    const { fields } = this;
    for (let i = 0; i < fields.length; i += 2) {
      if (fields[i] !== name) continue;
      fields[i + 1] = value;
      this.#deleteFrom(name, i + 2);
      return;
    }
    fields.push(name, value);
  }

  /** Removes all fields of `name`; says whether there were any. */
  delete(name: string): boolean {
    return this.#deleteFrom(name, 0);
  }

  clone(): HeaderList {
    return new HeaderList(this.fields.slice());
  }

  #deleteFrom(name: string, start: number): boolean {
    const { fields } = this;
    let to = start;
    for (let from = start; from < fields.length; from += 2) {
      if (fields[from] === name) continue;
      if (to !== from) {
        fields[to] = fields[from] as string;
        fields[to + 1] = fields[from + 1] as string;
      }
      to += 2;
    }
    if (to === fields.length) return false;
    fields.length = to;
    return true;
  }
}
