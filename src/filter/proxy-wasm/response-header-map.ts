import type { ResponseHead } from "../../http/head.ts";
import { Status } from "./abi.ts";
import { type HeaderMap, appendField, joinedValue } from "./header-map.ts";
import { isPseudoHeader } from "./header-text.ts";
import { parseStatus } from "./status-code.ts";

/** A response head as a {@link HeaderMap}. */
export class ResponseHeaderMap implements HeaderMap {
  head: ResponseHead | undefined;

  get count(): number {
    return this.head === undefined ? 0 : this.head.headers.count + 1;
  }

  get(name: string): string | undefined {
    const { head } = this;
    if (head === undefined) return undefined;
    return name === ":status" ? String(head.status) : joinedValue(head.headers, name);
  }

  add(name: string, value: string): number {
    if (isPseudoHeader(name)) return this.replace(name, value);
    return this.head === undefined ? Status.badArgument : appendField(this.head.headers, name, value);
  }

  replace(name: string, value: string): number {
    const { head } = this;
    if (head === undefined) return Status.badArgument;
    if (!isPseudoHeader(name)) {
      head.headers.set(name, value);
      return Status.ok;
    }
    const status = name === ":status" ? parseStatus(value) : undefined;
    if (status === undefined) return Status.badArgument;
    head.status = status;
    return Status.ok;
  }

  remove(name: string): number {
    if (isPseudoHeader(name)) return Status.badArgument;
    this.head?.headers.delete(name);
    return Status.ok;
  }

  toFields(): string[] {
    const { head } = this;
    return head === undefined ? [] : [":status", String(head.status), ...head.headers.fields];
  }

  assign(fields: readonly string[]): number {
    const { head } = this;
    if (head === undefined) return Status.badArgument;
    for (let i = 0; i < fields.length; i += 2) {
      if (!isPseudoHeader(fields[i] as string)) continue;
      if (fields[i] !== ":status" || parseStatus(fields[i + 1] as string) === undefined) return Status.badArgument;
    }
    head.headers.fields.length = 0;
    for (let i = 0; i < fields.length; i += 2) this.add(fields[i] as string, fields[i + 1] as string);
    return Status.ok;
  }
}
