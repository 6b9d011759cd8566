import type { Failure } from "../../errors/failure.ts";
import { type Direction, FilterContext, type FilterRequest } from "../proxy-wasm/filter-context.ts";
import type { FilterVm } from "../proxy-wasm/filter-vm.ts";
import type { HeaderMap } from "../proxy-wasm/header-map.ts";
import type { LoadedFilter } from "./loaded-filter.ts";

/** One filter's place in one {@link ChainStream}: the context, and the instance that it was opened in. */
export class ChainLink {
  request: FilterRequest | undefined;
  /** Whether requests go on without the filter when it fails. */
  readonly isOptional: boolean;
  readonly #filter: LoadedFilter;
  #vm: FilterVm | undefined;
  #context = new FilterContext();

  constructor(filter: LoadedFilter) {
    this.#filter = filter;
    this.isOptional = filter.plugin.onFailure === "open";
  }

  /** Id of the open context, or 0. */
  get contextId(): number {
    return this.#context.id;
  }

  /** Whether the filter takes no part in the request, or none any more. */
  get isOut(): boolean {
    return this.#vm === undefined;
  }

  /** Whether the instance died, in this request or beside it. */
  get hasFailed(): boolean {
    return this.#vm?.fault !== undefined;
  }

  /** Opens a context; false when the filter cannot run now. */
  open(): boolean {
    const vm = this.#filter.acquire();
    if (vm === undefined) return false;
    this.#vm = vm;
    this.#context.request = this.request;
    vm.openStream(this.#context);
    return true;
  }

  onRequestHeaders(headers: HeaderMap, endOfStream: boolean): number {
    const vm = this.#vm;
    const guest = vm?.guest.onRequestHeaders;
    if (vm === undefined || guest === undefined) return 0;
    const { id } = this.#context;
    return vm.run("on_request_headers", guest, this.#context, id, headers.count, endOfStream ? 1 : 0);
  }

  onResponseHeaders(headers: HeaderMap, endOfStream: boolean): number {
    const vm = this.#vm;
    const guest = vm?.guest.onResponseHeaders;
    if (vm === undefined || guest === undefined) return 0;
    const { id } = this.#context;
    return vm.run("on_response_headers", guest, this.#context, id, headers.count, endOfStream ? 1 : 0);
  }

  /** Whether the filter looks at bodies or trailers of that direction. */
  wantsBody(direction: Direction): boolean {
    const guest = this.#vm?.guest;
    if (guest === undefined) return false;
    return direction === "request"
      ? guest.onRequestBody !== undefined || guest.onRequestTrailers !== undefined
      : guest.onResponseBody !== undefined || guest.onResponseTrailers !== undefined;
  }

  onBody(direction: Direction, size: number, endOfStream: boolean): number {
    const vm = this.#vm;
    const isRequest = direction === "request";
    const guest = isRequest ? vm?.guest.onRequestBody : vm?.guest.onResponseBody;
    if (vm === undefined || guest === undefined) return 0;
    const name = isRequest ? "on_request_body" : "on_response_body";
    return vm.run(name, guest, this.#context, this.#context.id, size, endOfStream ? 1 : 0);
  }

  onTrailers(direction: Direction, count: number): number {
    const vm = this.#vm;
    const isRequest = direction === "request";
    const guest = isRequest ? vm?.guest.onRequestTrailers : vm?.guest.onResponseTrailers;
    if (vm === undefined || guest === undefined) return 0;
    const name = isRequest ? "on_request_trailers" : "on_response_trailers";
    return vm.run(name, guest, this.#context, this.#context.id, count, 0);
  }

  /** Reports that what the filter wrote is no head that may go on. */
  refuseHead(failure: Failure, requestId: string): void {
    this.#filter.reportRefusedHead(failure, requestId);
  }

  close(): void {
    const vm = this.#vm;
    if (vm === undefined) return;
    this.#vm = undefined;
    const context = this.#context;
    const isFree = vm.closeStream(context);
    this.#filter.release(vm);
    context.request = undefined;
    if (isFree) context.id = 0;
    else this.#context = new FilterContext();
  }
}
