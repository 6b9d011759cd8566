/**
 * Brings the modules of a config to this machine: what it names by `url` or `oci` is a file with a sum afterwards.
 * @module
 */
import type { Config, FilterConfig } from "../../config/model.ts";
import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import { fetchBytes, unreachable } from "./fetch-bytes.ts";
import type { CachedModule, ModuleCache } from "./module-cache.ts";
import { sumOf } from "./module-cache.ts";
import { fetchOciModule } from "./oci-client.ts";
import { parseOciReference } from "../../config/oci-reference.ts";

/**
 * The config with every filter's module on disk. Throws for the first that cannot be had, with the filter's name:
 * `SPK_MODULE_UNREACHABLE`, `SPK_MODULE_HASH_MISMATCH`, `SPK_MODULE_CACHE`.
 */
export async function fetchModules(config: Config, cache: ModuleCache): Promise<Config> {
  const filters = await fetchAll(config.filters, cache);
  const upstream: Record<string, Config["upstream"][string]> = {};
  for (const [name, one] of Object.entries(config.upstream)) {
    upstream[name] = { ...one, filters: await fetchAll(one.filters, cache) };
  }
  return { ...config, filters, upstream };
}

async function fetchAll(filters: readonly FilterConfig[], cache: ModuleCache): Promise<FilterConfig[]> {
  const fetched: FilterConfig[] = [];
  for (const filter of filters) fetched.push(await fetchOne(filter, cache));
  return fetched;
}

async function fetchOne(filter: FilterConfig, cache: ModuleCache): Promise<FilterConfig> {
  const { url, oci, ...rest } = filter;
  try {
    if (url !== undefined) return { ...rest, ...(await fetchUrl(url, filter.sha256 ?? "", cache)) };
    if (oci !== undefined) return { ...rest, ...(await fetchOci(oci, cache)) };
    return filter;
  } catch (error) {
    if (!(error instanceof SpookyError)) throw error;
    throw new SpookyError(error.failure, `filter ${filter.name}: ${error.detail}`, {
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}

async function fetchUrl(url: string, sha256: string, cache: ModuleCache): Promise<CachedModule> {
  const cached = cache.find(sha256);
  if (cached !== undefined) return cached;
  const { status, bytes } = await fetchBytes(url);
  if (status !== 200) throw unreachable(url, `the server answers ${status}`);
  const sum = sumOf(bytes);
  if (sum !== sha256) throw new SpookyError(FAILURES.moduleHashMismatch, `${url} has the sha256 ${sum}`);
  return cache.put(bytes);
}

async function fetchOci(text: string, cache: ModuleCache): Promise<CachedModule> {
  const reference = parseOciReference(text);
  if (reference === undefined) throw unreachable(text, "it is no reference with a digest");
  return cache.findReference(reference.digest) ?? cache.put(await fetchOciModule(reference), reference.digest);
}
