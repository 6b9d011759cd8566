import type { FilterConfig } from "../../config/model.ts";
import type { FilterChain } from "../chain.ts";
import type { FilterServices } from "../proxy-wasm/filter-plugin.ts";
import { createFilterChain } from "./filter-chain.ts";
import { loadFilter } from "./load-filter.ts";
import type { LoadedFilter } from "./loaded-filter.ts";

/**
 * Loads all filters of a list, in their order, into a chain. `firstIndex` is the place of the first among all filters of
 * the config. Throws what {@link loadFilter} throws for the first that
 * cannot be loaded, and leaves none of the others running.
 */
export async function loadFilterChain(
  configs: readonly FilterConfig[],
  services: FilterServices,
  firstIndex = 0,
): Promise<FilterChain> {
  const loaded: LoadedFilter[] = [];
  try {
    for (const config of configs) loaded.push(await loadFilter(config, services, firstIndex + loaded.length));
  } catch (error) {
    createFilterChain(loaded).dispose();
    throw error;
  }
  return createFilterChain(loaded);
}
