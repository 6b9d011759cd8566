import { createFilterChain } from "../../../filter/chain/filter-chain.ts";
import { loadFilter } from "../../../filter/chain/load-filter.ts";
import { FilterLog } from "../../../filter/proxy-wasm/filter-log.ts";
import { FilterVm } from "../../../filter/proxy-wasm/filter-vm.ts";
import { linkHostFunctions } from "../../../filter/proxy-wasm/host-functions/link.ts";
import type { ImportedFunction } from "../../../filter/proxy-wasm/module-inspection.ts";
import { filterConfigOf } from "./filter-config.ts";
import { createLocalServices } from "./local-services.ts";

/** A name that no host has. */
const NOWHERE: ImportedFunction = { module: "env", name: "proxy_of_no_host" };

/**
 * Those of `wanted` that the host really has. The linker itself is asked, so that no second list can be wrong: what it
 * puts in the place of a function that it does not have is the same code for every name, and no other function's.
 */
export async function findHostFunctions(wanted: readonly ImportedFunction[]): Promise<Set<ImportedFunction>> {
  const services = createLocalServices();
  // The linker wants an instance; of which module does not matter, and ours starts without a config of its own.
  const { file: _, ...config } = filterConfigOf("header-rewrite");
  const filter = await loadFilter({ ...config, builtin: "header-rewrite", config: {} }, services);
  const chain = createFilterChain([filter]);
  const { plugin } = filter;
  const imports = [...plugin.inspection.imports, ...wanted, NOWHERE];
  const inspection = { ...plugin.inspection, imports };
  const vm = new FilterVm(
    { ...plugin, inspection },
    services,
    new FilterLog(services.logger, plugin.name, plugin.logLinesPerSecond),
  );
  try {
    const linked = linkHostFunctions(vm);
    const codeOf = ({ module, name }: ImportedFunction): string => String(linked[module]?.[name]);
    const missing = codeOf(NOWHERE);
    return new Set(wanted.filter((each) => codeOf(each) !== missing));
  } finally {
    vm.dispose();
    chain.dispose();
  }
}
