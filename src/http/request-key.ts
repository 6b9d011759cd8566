/**
 * Request keys: what of a request decides which backend it goes to (`load_balancing.key`). A key is compiled once, and
 * its hash computed for each request without copying any text.
 * @module
 */
import type { Connection } from "./exchange.ts";
import type { RequestHead } from "./head.ts";
import { hashBearerToken, hashCookie, hashFirstElement, hashPath, hashQueryValue, hashWhole } from "./key-values.ts";

const PLAIN_KINDS = [
  "path",
  "authority",
  "method",
  "cid",
  "sticky-cid",
  "peer_ip",
  "client_ip",
  "bearer_token",
] as const;
const NAMED_KINDS = ["header", "cookie", "query"] as const;

/** A key as it is written in the config, taken apart. `name` is "" for the kinds that have none. */
export interface RequestKey {
  readonly kind: (typeof PLAIN_KINDS)[number] | (typeof NAMED_KINDS)[number];
  readonly name: string;
}

const NAMED_KEY = /^([a-z]+):\s*(\S+)$/iu;

/**
 * Reads `path`, `authority`, `method`, `cid`, `sticky-cid`, `peer_ip`, `client_ip`, `bearer_token`, `header:<name>`,
 * `cookie:<name>` or `query:<name>`; undefined for anything else. Letter case of the kind and space around do not count.
 */
export function parseRequestKey(text: string): RequestKey | undefined {
  const trimmed = text.trim();
  const plain = PLAIN_KINDS.find((kind) => kind === trimmed.toLowerCase());
  if (plain !== undefined) return { kind: plain, name: "" };
  const [, word = "", name = ""] = NAMED_KEY.exec(trimmed) ?? [];
  const kind = NAMED_KINDS.find((one) => one === word.toLowerCase());
  if (kind === undefined) return undefined;
  // Names of fields have no case; those of cookies and parameters do (RFC 9110 §5.1, RFC 6265 §5.3).
  return { kind, name: kind === "header" ? name.toLowerCase() : name };
}

/** What keys need to know of a connection. */
export type KeyedConnection = Pick<Connection, "stickyKey" | "clientAddress">;

/** Gives 32 bits, as a signed number, for every request. */
export type RequestHasher = (request: RequestHead, connection: KeyedConnection) => number;

/** The same, but undefined for a request that does not have what the key names. */
type KeyHasher = (request: RequestHead, connection: KeyedConnection) => number | undefined;

export interface RequestHasherOptions {
  /** As in the config. Absent: only what stands in for a key that a request does not have. */
  readonly key?: string | undefined;
  /** What stands in: the connection when true, else the authority, the path or the method, the first that there is. */
  readonly isSticky: boolean;
  /** Whether `client_ip` believes `x-forwarded-for`. */
  readonly trustsForwarded: boolean;
}

/** Compiles a key. One that cannot be read counts as absent: the config has refused it before. */
export function createRequestHasher(options: RequestHasherOptions): RequestHasher {
  const fallback = options.isSticky ? hashConnection : hashTarget;
  const key = options.key === undefined ? undefined : parseRequestKey(options.key);
  if (key === undefined) return fallback;
  const hashKey = keyHasher(key, options.trustsForwarded);
  return (request, connection) => hashKey(request, connection) ?? fallback(request, connection);
}

function keyHasher({ kind, name }: RequestKey, trustsForwarded: boolean): KeyHasher {
  switch (kind) {
    case "path":
      return ({ path }) => hashPath(path);
    case "authority":
      return ({ authority }) => hashWhole(authority);
    case "method":
      return ({ method }) => hashWhole(method);
    case "cid":
    case "sticky-cid":
      return hashConnection;
    case "peer_ip":
      return hashPeer;
    case "client_ip":
      return trustsForwarded ? hashClient : hashPeer;
    case "bearer_token":
      return ({ headers }) => hashBearerToken(headers);
    case "header":
      return ({ headers }) => hashWhole(headers.get(name));
    case "cookie":
      return ({ headers }) => hashCookie(headers, name);
    case "query":
      return ({ path }) => hashQueryValue(path, name);
  }
}

function hashConnection(_request: RequestHead, connection: KeyedConnection): number {
  return connection.stickyKey;
}

function hashPeer(_request: RequestHead, connection: KeyedConnection): number | undefined {
  return hashWhole(connection.clientAddress);
}

function hashClient(request: RequestHead, connection: KeyedConnection): number | undefined {
  return hashFirstElement(request.headers.get("x-forwarded-for")) ?? hashPeer(request, connection);
}

function hashTarget({ authority, path, method }: RequestHead): number {
  return hashWhole(authority) ?? hashPath(path) ?? hashWhole(method) ?? 0;
}
