import { parseRequestKey } from "../http/request-key.ts";

/**
 * True for what may stand as a request key: `path`, `authority`, `method`, `cid`, `sticky-cid`, `peer_ip`, `client_ip`,
 * `bearer_token`, `header:<name>`, `cookie:<name>` or `query:<name>`; letter case and space around it do not count.
 */
export function isRequestKey(text: string): boolean {
  return parseRequestKey(text) !== undefined;
}
