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
];

/**
 * The imports of an instance: what its module asks for, and no more. Functions of `env` that are not known here are
 * answered with "unimplemented", so that filters built for another host with more of them still load. Those that the
 * config does not allow fail; what runtimes import by themselves, and WASI, is always allowed.
 */
export function linkHostFunctions(vm: FilterVm): Record<string, Record<string, HostFunction>> {
  const runtime = guestRuntimeFunctions(vm);
  const env: HostFunctions = Object.assign({}, ...FAMILIES.map((family) => family(vm)), runtime) as HostFunctions;
  const { capabilities } = vm.plugin;
  const wasi = wasiFunctions(vm);
  const imports: Record<string, Record<string, HostFunction>> = {};
  for (const { module, name } of vm.plugin.inspection.imports) {
    const known = module === "env" ? env : wasi;
    const linked = (imports[module] ??= {});
    if (module === "env" && capabilities?.has(name) === false && !Object.hasOwn(runtime, name)) {
      linked[name] = refusingFunction(vm, `${module}.${name}`, NOT_ALLOWED, Status.internalFailure);
    } else if (Object.hasOwn(known, name)) {
      linked[name] = known[name] as HostFunction;
    } else {
      const answer = module === "env" ? Status.unimplemented : Errno.nosys;
      linked[name] = refusingFunction(vm, `${module}.${name}`, NOT_HERE, answer);
    }
  }
  return imports;
}

const NOT_HERE = "the filter called a function that does not exist here";
const NOT_ALLOWED = "the filter called a function that its capabilities do not list";

/** Does nothing, gives `answer`, and says so the first time. */
function refusingFunction(vm: FilterVm, name: string, message: string, answer: number): HostFunction {
  let isLogged = false;
  return () => {
    if (!isLogged) {
      isLogged = true;
      vm.log.report("warn", message, { import: name });
    }
    return answer;
  };
}
