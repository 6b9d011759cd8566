import type { HeaderList } from "../../http/header-list.ts";
import { Status } from "./abi.ts";
import { appendField, type HeaderMap, joinedValue } from "./header-map.ts";
import { isPseudoHeader } from "./header-text.ts";

/** Trailers as a {@link HeaderMap}. There are no pseudo-headers in them (RFC 9114 §4.1). */
export class TrailerMap implements HeaderMap {
  readonly #trailers: HeaderList;

  constructor(trailers: HeaderList) {
    this.#trailers = trailers;
  }

  get count(): number {
    return this.#trailers.count;
  }

  get(name: string): string | undefined {
    return joinedValue(this.#trailers, name);
  }

  add(name: string, value: string): number {
    return isPseudoHeader(name) ? Status.badArgument : appendField(this.#trailers, name, value);
  }

  replace(name: string, value: string): number {
    if (isPseudoHeader(name)) return Status.badArgument;
    this.#trailers.set(name, value);
    return Status.ok;
  }

  remove(name: string): number {
    this.#trailers.delete(name);
    return Status.ok;
  }

  toFields(): string[] {
    return [...this.#trailers.fields];
  }

  assign(fields: readonly string[]): number {
    for (let i = 0; i < fields.length; i += 2) if (isPseudoHeader(fields[i] as string)) return Status.badArgument;
    this.#trailers.fields.length = 0;
    this.#trailers.fields.push(...fields);
    return Status.ok;
  }
}
