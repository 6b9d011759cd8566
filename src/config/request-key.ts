const PLAIN_KEYS: ReadonlySet<string> = new Set([
  "path",
  "authority",
  "method",
  "cid",
  "sticky-cid",
  "peer_ip",
  "client_ip",
  "bearer_token",
]);
const NAMED_KEY = /^(?:header|cookie|query):\s*\S+$/iu;

/**
 * True for what may stand as a request key: `path`, `authority`, `method`, `cid`, `sticky-cid`, `peer_ip`, `client_ip`,
 * `bearer_token`, `header:<name>`, `cookie:<name>` or `query:<name>`; letter case and space around it do not count.
 */
export function isRequestKey(text: string): boolean {
  const trimmed = text.trim();
  return PLAIN_KEYS.has(trimmed.toLowerCase()) || NAMED_KEY.test(trimmed);
}
