/**
 * Request ids: cheap, and unique over shards and restarts by a random prefix. They are names, not secrets.
 * @module
 */
import type { HeaderList } from "./header-list.ts";

const PREFIX_BYTES = 9;
const MAX_INBOUND_LENGTH = 128;

/** Makes the ids of one shard. */
export interface RequestIds {
  /** 12 random characters of the shard, `-`, and a number that counts requests, in base 36. */
  next(): string;
}

export function createRequestIds(): RequestIds {
  const prefix = `${Buffer.from(crypto.getRandomValues(new Uint8Array(PREFIX_BYTES))).toString("base64url")}-`;
  let count = 0;
  return { next: () => prefix + (count++).toString(36) };
}

/**
 * The id that came with a request, if it may be kept: one `x-request-id` of 1 to 128 visible ASCII characters.
 * Otherwise undefined.
 */
export function inboundRequestId(headers: HeaderList): string | undefined {
  const { fields } = headers;
  let id: string | undefined;
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] !== "x-request-id") continue;
    if (id !== undefined) return undefined;
    id = fields[i + 1] as string;
  }
  return id !== undefined && isVisible(id) ? id : undefined;
}

function isVisible(id: string): boolean {
  if (id.length === 0 || id.length > MAX_INBOUND_LENGTH) return false;
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    if (code < 0x21 || code > 0x7e) return false;
  }
  return true;
}
