import { Errno, Status } from "../abi.ts";
import type { FilterVm } from "../filter-vm.ts";
import type { HostFunction, HostFunctions } from "../guest-function.ts";
import { calloutFunctions } from "./callout-functions.ts";
import { bufferFunctions } from "./buffer-functions.ts";
import { contextFunctions } from "./context-functions.ts";
import { foreignFunctions } from "./foreign-functions.ts";
import { guestRuntimeFunctions } from "./guest-runtime-functions.ts";
import { headerFunctions } from "./header-functions.ts";
import { logFunctions } from "./log-functions.ts";
import { metricFunctions } from "./metric-functions.ts";
import { propertyFunctions } from "./property-functions.ts";
import { replyFunctions } from "./reply-functions.ts";
import { sharedDataFunctions } from "./shared-data-functions.ts";
import { timeFunctions } from "./time-functions.ts";
import { wasiFunctions } from "./wasi-functions.ts";

/** Every family of functions that guests import from `env`. A new family is a file and a line here. */
const FAMILIES: readonly ((vm: FilterVm) => HostFunctions)[] = [
  logFunctions,
  timeFunctions,
  contextFunctions,
  bufferFunctions,
  headerFunctions,
  replyFunctions,
  propertyFunctions,
  calloutFunctions,
  metricFunctions,
  sharedDataFunctions,
  foreignFunctions,
  guestRuntimeFunctions,
];

/**
 * The imports of an instance: what its module asks for, and no more. Functions of `env` that are not known here are
 * answered with "unimplemented", so that filters built for another host with more of them still load.
 */
export function linkHostFunctions(vm: FilterVm): Record<string, Record<string, HostFunction>> {
  const env: HostFunctions = Object.assign({}, ...FAMILIES.map((family) => family(vm))) as HostFunctions;
  const wasi = wasiFunctions(vm);
  const imports: Record<string, Record<string, HostFunction>> = {};
  for (const { module, name } of vm.plugin.inspection.imports) {
    const known = module === "env" ? env : wasi;
    const linked = (imports[module] ??= {});
    linked[name] = Object.hasOwn(known, name)
      ? (known[name] as HostFunction)
      : missingFunction(vm, module, name, module === "env" ? Status.unimplemented : Errno.nosys);
  }
  return imports;
}

function missingFunction(vm: FilterVm, module: string, name: string, answer: number): HostFunction {
  let isLogged = false;
  return () => {
    if (!isLogged) {
      isLogged = true;
      vm.log.report("warn", "the filter called a function that does not exist here", {
        import: `${module}.${name}`,
      });
    }
    return answer;
  };
}
