/**
 * What the header-rewrite filter does, written as plainly as possible: the tests hold the module to it.
 * @module
 */
import type { TestHost } from "./filter-host.ts";
import { HeaderList } from "../../src/http/header-list.ts";

export interface MessageRules {
  readonly set?: Record<string, string>;
  readonly append?: Record<string, string | string[]>;
  readonly remove?: string[];
  readonly rename?: Record<string, string>;
}

export interface HeaderRules {
  readonly request?: MessageRules;
  readonly response?: MessageRules;
}

export function applyRules(rules: HeaderRules, host: TestHost): void {
  const response = host.response?.headers ?? new HeaderList();
  applyMessage(rules.request ?? {}, host.request.headers, host);
  applyMessage(rules.response ?? {}, response, host);
}

function applyMessage(rules: MessageRules, headers: HeaderList, host: TestHost): void {
  for (const name of rules.remove ?? []) headers.delete(name);
  for (const [from, to] of Object.entries(rules.rename ?? {})) {
    const values = headers.getAll(from);
    if (values.length === 0) continue;
    headers.delete(to);
    for (const value of values) headers.append(to, value);
    headers.delete(from);
  }
  for (const [name, template] of Object.entries(rules.set ?? {})) headers.set(name, render(template, headers, host));
  for (const [name, templates] of Object.entries(rules.append ?? {})) {
    for (const template of [templates].flat()) headers.append(name, render(template, headers, host));
  }
}

function render(template: string, headers: HeaderList, host: TestHost): string {
  const text = template.replace(/\$\{([^}]*)\}/g, (_whole, name: string) => {
    if (name.startsWith("header:")) return joined(headers, name.slice("header:".length));
    if (name.startsWith("request_header:")) return joined(host.request.headers, name.slice("request_header:".length));
    if (name === "client_address") return host.connection.clientAddress;
    return name === "path" ? "/cart" : host.requestId;
  });
  return text.trim();
}

function joined(headers: HeaderList, name: string): string {
  const values = headers.getAll(name);
  if (name === "set-cookie") return values[0] ?? "";
  return values.join(name === "cookie" ? "; " : ", ");
}
