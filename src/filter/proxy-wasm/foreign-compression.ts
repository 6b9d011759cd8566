import { deflateSync, inflateSync } from "node:zlib";

/** Largest input, and largest output, of one call. The shard waits while it runs, so this bounds its time too. */
const MAX_BYTES = 1 << 20;

/** The zlib form (RFC 1950) of `content`, as Envoy's `compress` makes it; undefined above 1 MiB. */
export function compress(content: Uint8Array): Uint8Array | undefined {
  return content.length > MAX_BYTES ? undefined : deflateSync(content);
}

/** Undoes {@link compress}; undefined for what is not in that form, or is above 1 MiB before or after. */
export function uncompress(content: Uint8Array): Uint8Array | undefined {
  if (content.length === 0 || content.length > MAX_BYTES) return undefined;
  try {
    return inflateSync(content, { maxOutputLength: MAX_BYTES });
  } catch {
    return undefined;
  }
}
