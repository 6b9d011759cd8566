import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";

/** The largest module known to be of use has 25 MB. */
export const MAX_MODULE_BYTES: number = 128 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

export interface FetchedBytes {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/**
 * Fetches over HTTPS, redirects too; nothing of it goes over an unencrypted connection. Resolves for every status.
 * Throws `SPK_MODULE_UNREACHABLE` when there is no answer, or one that is larger than `maxBytes`.
 */
export async function fetchBytes(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  maxBytes: number = MAX_MODULE_BYTES,
): Promise<FetchedBytes> {
  if (!url.startsWith("https://")) throw unreachable(url, "only https is fetched");
  try {
    const response = await fetch(url, { headers: { ...headers }, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.url.startsWith("https://")) throw unreachable(url, "it redirects to an unencrypted address");
    return { status: response.status, headers: response.headers, bytes: await readWithin(response, url, maxBytes) };
  } catch (cause) {
    if (cause instanceof SpookyError) throw cause;
    throw unreachable(url, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

async function readWithin(response: Response, url: string, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw unreachable(url, `it is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function unreachable(place: string, reason: string, cause?: unknown): SpookyError {
  return new SpookyError(FAILURES.moduleUnreachable, `${place}: ${reason}`, { cause });
}
