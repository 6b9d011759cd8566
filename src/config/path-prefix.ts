import { canonicalPath } from "../http/path.ts";

/**
 * The form in which a path prefix can match: that of a request's path after normalisation. Characters outside ASCII may
 * be written as they are. A trailing slash goes, for `/api/` and `/api` match the same. Undefined for what is no path:
 * no slash at the start, a query or fragment, white space, broken percent-encoding.
 */
export function normalizePathPrefix(prefix: string): string | undefined {
  if (!prefix.isWellFormed() || /[?#\s]/u.test(prefix)) return undefined;
  const path = canonicalPath(prefix.replace(/[^\u{0}-\u{7f}]+/gu, encodeURIComponent));
  return path !== undefined && path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
