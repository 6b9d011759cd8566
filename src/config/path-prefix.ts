/**
 * The form in which a path prefix can match: as a request's path after normalisation. Characters outside ASCII are
 * percent-encoded, percent-encoded unreserved characters decoded, hex digits upper case (RFC 3986 §6.2.2), and a
 * trailing slash goes, for `/api/` and `/api` match the same. Undefined for what can match nothing: no slash at the
 * start, a query, empty or dot segments, broken percent-encoding, white space.
 */
export function normalizePathPrefix(prefix: string): string | undefined {
  if (!prefix.startsWith("/") || !prefix.isWellFormed()) return undefined;
  const encoded = prefix.replace(/[^\u0000-\u007f]+/gu, encodeURIComponent);
  if (/[^!-~]|[?#\\]/u.test(encoded) || /%(?![0-9a-fA-F]{2})/u.test(encoded)) return undefined;
  const decoded = encoded.replace(/%[0-9a-fA-F]{2}/gu, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return /[A-Za-z0-9\-._~]/u.test(character) ? character : escape.toUpperCase();
  });
  const trimmed = decoded.length > 1 && decoded.endsWith("/") ? decoded.slice(0, -1) : decoded;
  const segments = trimmed.slice(1).split("/");
  if (trimmed !== "/" && segments.some((segment) => segment === "" || segment === "." || segment === "..")) {
    return undefined;
  }
  return trimmed;
}
