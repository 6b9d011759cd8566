import { basename, resolve } from "node:path";
import type { ConfigValue, FilterConfig } from "../../../config/model.ts";
import { parseConfig } from "../../../config/parse-config.ts";

/** What a config needs besides its filters before it is read at all. */
const REST_OF_CONFIG = {
  version: 1,
  listen: { port: 443, tls: { cert: "cert.pem", key: "key.pem" } },
  upstream: { app: { route: { path_prefix: "/" }, backends: [{ id: "app", address: "http://127.0.0.1:1" }] } },
};

/**
 * The entry of `filters` that names the module at `path` and nothing else. It goes through the reader of configs, so that
 * the limits are those that the proxy gives a filter whose config sets none.
 */
export function filterConfigOf(path: string, config?: ConfigValue): FilterConfig {
  const text = JSON.stringify({ ...REST_OF_CONFIG, filters: [{ name: "filter", file: resolve(path) }] });
  const result = parseConfig(text, "filter.yaml");
  const filter = "errors" in result ? undefined : result.config.filters[0];
  if (filter === undefined) throw new TypeError(`no config can name the file ${JSON.stringify(path)}`);
  return { ...filter, name: basename(path), config };
}
