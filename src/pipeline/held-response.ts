import type { HeaderList } from "../http/header-list.ts";

/** What a backend sent while a filter held the head of its answer. */
export class HeldResponse {
  readonly chunks: Uint8Array[] = [];
  trailers: HeaderList | undefined = undefined;
  /** The backend has sent all of it. */
  isWhole = false;
}
