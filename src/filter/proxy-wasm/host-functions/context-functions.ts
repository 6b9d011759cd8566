import { Status, StreamType } from "../abi.ts";
import type { Direction } from "../filter-context.ts";
import type { FilterVm } from "../filter-vm.ts";
import type { HostFunctions } from "../guest-function.ts";

/** Which context the guest speaks for, and letting go of what a filter holds. */
export function contextFunctions(vm: FilterVm): HostFunctions {
  const resume = (direction: Direction): number => {
    const context = vm.current;
    if (context?.request === undefined) return Status.badArgument;
    context.request.resume(context.id, direction);
    return Status.ok;
  };
  return {
    proxy_set_effective_context(id: number): number {
      const context = vm.contextOf(id >>> 0);
      if (context === undefined) return Status.badArgument;
      vm.current = context;
      return Status.ok;
    },
    proxy_done(): number {
      const context = vm.current;
      if (context?.isAwaitingDone !== true) return Status.notFound;
      // Not from here: the guest is in the middle of a call.
      const { id } = context;
      queueMicrotask(() => {
        if (context.id === id) vm.finishStream(context);
      });
      return Status.ok;
    },
    proxy_continue_stream(type: number): number {
      if (type === StreamType.request) return resume("request");
      return type === StreamType.response ? resume("response") : Status.badArgument;
    },
    // The names of ABI 0.1.0.
    proxy_continue_request: (): number => resume("request"),
    proxy_continue_response: (): number => resume("response"),
    proxy_clear_route_cache: (): number => Status.ok,
  };
}
