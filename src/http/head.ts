import { HeaderList } from "./header-list.ts";

/** Protocol version of a message, written as filters and logs see it. */
export type HttpVersion = "HTTP/3" | "HTTP/2" | "HTTP/1.1" | "HTTP/1.0";

/** A request head (RFC 9110 §6.2, RFC 9114 §4.3.1) that passed validation. Filters change it in place. */
export interface RequestHead {
  method: string;
  scheme: string;
  /** Host and, unless it is the scheme's default, port. Never empty after validation. */
  authority: string;
  /** Path in its one canonical form (see `path.ts`) with the query, which is left as it came. */
  path: string;
  /** Regular fields only: no pseudo-header, no `host`. */
  readonly headers: HeaderList;
}

/** A response head. Informational (1xx) responses are not heads: they have a way of their own. */
export interface ResponseHead {
  status: number;
  readonly headers: HeaderList;
}

/** An empty request head over `fields`, for one of the readers to fill. The array now belongs to the head. */
export function createRequestHead(fields: string[] = []): RequestHead {
  return { method: "", scheme: "", authority: "", path: "", headers: new HeaderList(fields) };
}

/** A response head over `fields`, which now belong to it. */
export function createResponseHead(status: number, fields: string[] = []): ResponseHead {
  return { status, headers: new HeaderList(fields) };
}
