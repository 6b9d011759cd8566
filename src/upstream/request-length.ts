import { parseContentLength } from "../http/content-length.ts";
import type { HeaderList } from "../http/header-list.ts";

/** Length that a request's fields declare for its body, in bytes; -1 when they do not. */
export function declaredLength(headers: HeaderList): number {
  const value = headers.get("content-length");
  return value === undefined ? -1 : parseContentLength(value);
}
