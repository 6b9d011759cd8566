import type { HeaderList } from "../../http/header-list.ts";
import type { FilterHost, LocalReply } from "../chain.ts";
import type { RequestHeaderMap } from "./request-header-map.ts";
import type { ResponseHeaderMap } from "./response-header-map.ts";

/** Direction of a message. */
export type Direction = "request" | "response";

/** What the host functions need of the request that a filter runs for. The chain implements it, once for all filters. */
export interface FilterRequest {
  readonly host: FilterHost;
  readonly requestHeaders: RequestHeaderMap;
  /** Its head is undefined until there is a response, or a filter's own reply. */
  readonly responseHeaders: ResponseHeaderMap;
  /** Values set by filters (`proxy_set_property`), seen by those after them. */
  readonly properties: Map<string, Uint8Array> | undefined;
  setProperty(path: string, value: Uint8Array): boolean;
  /** Whether what filters write still goes anywhere in that direction. */
  isWritable(direction: Direction): boolean;
  /**
   * Called with each write, `bytes` long. `needsCheck` asks for a check of the whole head when the callback is over;
   * without it the write was one that leaves a valid head valid.
   */
  noteWrite(bytes: number, needsCheck: boolean): void;
  /** Makes `reply` the answer; false when it is too late for one. */
  reply(reply: LocalReply): boolean;
  /** What a filter may read and change of a body that passes it now. */
  bodyOf(contextId: number, direction: Direction): GuestBody | undefined;
  /** Lets the message go on that the filter of context `contextId` holds, once the guest has returned. */
  resume(contextId: number, direction: Direction): void;
  /** The instance of context `contextId` died outside of the request: what it holds, it will never let go of. */
  noteDeath(contextId: number): void;
}

/** A body, or the part of it that a filter has, as guests see it. */
export interface GuestBody {
  readonly bytes: Uint8Array;
  readonly trailers: HeaderList | undefined;
  splice(start: number, size: number, content: Uint8Array): void;
}

/**
 * A context of the ABI: the root of an instance, or one filter's part in one request. Objects are reused: `id` tells
 * the uses apart.
 */
export class FilterContext {
  /** Never 0 while in use, and never used twice by one instance. */
  id = 0;
  /** Undefined for the root, and once a request is over. */
  request: FilterRequest | undefined;
  /** A stream whose `proxy_on_done` said false and that waits for `proxy_done`. */
  isAwaitingDone = false;
}
