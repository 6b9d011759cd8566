import type { RequestHead } from "../../http/head.ts";
import { Status } from "./abi.ts";
import { type HeaderMap, appendField, joinedValue } from "./header-map.ts";
import { isPseudoHeader } from "./header-text.ts";

const PSEUDO_COUNT = 4;

/** A request head as a {@link HeaderMap}. `host` is another name for `:authority`, as in other hosts. */
export class RequestHeaderMap implements HeaderMap {
  head: RequestHead | undefined;

  get count(): number {
    return this.head === undefined ? 0 : this.head.headers.count + PSEUDO_COUNT;
  }

  get(name: string): string | undefined {
    const { head } = this;
    if (head === undefined) return undefined;
    switch (name) {
      case ":method":
        return head.method;
      case ":scheme":
        return head.scheme;
      case ":authority":
      case "host":
        return head.authority;
      case ":path":
        return head.path;
      default:
        return joinedValue(head.headers, name);
    }
  }

  add(name: string, value: string): number {
    if (isPseudoHeader(name) || name === "host") return this.replace(name, value);
    return this.head === undefined ? Status.badArgument : appendField(this.head.headers, name, value);
  }

  replace(name: string, value: string): number {
    const { head } = this;
    if (head === undefined) return Status.badArgument;
    switch (name) {
      case ":method":
        head.method = value;
        return Status.ok;
      case ":scheme":
        head.scheme = value;
        return Status.ok;
      case ":authority":
      case "host":
        head.authority = value;
        return Status.ok;
      case ":path":
        head.path = value;
        return Status.ok;
      default:
        if (isPseudoHeader(name)) return Status.badArgument;
        head.headers.set(name, value);
        return Status.ok;
    }
  }

  remove(name: string): number {
    if (isPseudoHeader(name) || name === "host") return Status.badArgument;
    this.head?.headers.delete(name);
    return Status.ok;
  }

  toFields(): string[] {
    const { head } = this;
    if (head === undefined) return [];
    const source = head.headers.fields;
    const fields = new Array<string>(source.length + PSEUDO_COUNT * 2);
    fields[0] = ":method";
    fields[1] = head.method;
    fields[2] = ":scheme";
    fields[3] = head.scheme;
    fields[4] = ":authority";
    fields[5] = head.authority;
    fields[6] = ":path";
    fields[7] = head.path;
    for (let i = 0; i < source.length; i++) fields[i + PSEUDO_COUNT * 2] = source[i] as string;
    return fields;
  }

  assign(fields: readonly string[]): number {
    const { head } = this;
    if (head === undefined) return Status.badArgument;
    for (let i = 0; i < fields.length; i += 2) {
      if (isPseudoHeader(fields[i] as string) && this.get(fields[i] as string) === undefined) return Status.badArgument;
    }
    const kept = head.headers.fields;
    kept.length = 0;
    for (let i = 0; i < fields.length; i += 2) this.add(fields[i] as string, fields[i + 1] as string);
    return Status.ok;
  }
}
