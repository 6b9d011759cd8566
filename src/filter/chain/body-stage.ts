import type { HeaderList } from "../../http/header-list.ts";
import type { ChainLink } from "./chain-link.ts";

const EMPTY = new Uint8Array(0);

/** What one filter has of a body that goes through its chain, and has not let go of. */
export class BodyStage {
  readonly link: ChainLink;
  /** The body ends with what is held here. */
  isEnd = false;
  /** Trailers that end the body; undefined when there are none. */
  trailers: HeaderList | undefined = undefined;
  /** The filter paused: what comes is gathered until it goes on. */
  isHeld = false;
  #chunks: Uint8Array[] = [];
  #length = 0;
  /** The filter put other bytes in the place of some, or threw some away. */
  #isChanged = false;
  #markedChunks: Uint8Array[] = [];
  #markedLength = 0;
  #markedTrailers: HeaderList | undefined = undefined;
  #isMarkedChanged = false;

  constructor(link: ChainLink) {
    this.link = link;
  }

  /** Bytes that are held. */
  get length(): number {
    return this.#length;
  }

  append(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** All that is held as one array, which must not be changed. */
  get bytes(): Uint8Array {
    const [first] = this.#chunks;
    if (first === undefined) return EMPTY;
    if (this.#chunks.length === 1) return first;
    const joined = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [joined];
    return joined;
  }

  /**
   * Puts `content` where `size` bytes from `start` on are now, as `proxy_set_buffer_bytes` has it: places beyond the end
   * are taken to be the end.
   */
  splice(start: number, size: number, content: Uint8Array): void {
    const { bytes } = this;
    this.#isChanged = true;
    const from = Math.min(start, bytes.length);
    const to = Math.min(from + size, bytes.length);
    const spliced = new Uint8Array(from + content.length + (bytes.length - to));
    spliced.set(bytes.subarray(0, from), 0);
    spliced.set(content, from);
    spliced.set(bytes.subarray(to), from + content.length);
    this.#chunks = spliced.length === 0 ? [] : [spliced];
    this.#length = spliced.length;
  }

  /** Gives what is held and forgets it. */
  take(): Uint8Array {
    const { bytes } = this;
    this.drop();
    return bytes;
  }

  /** Throws away what is held, as the filter wants it. */
  discard(): void {
    if (this.#length > 0) this.#isChanged = true;
    this.drop();
  }

  /** Remembers what is held now, for {@link undo}. Nothing is copied but trailers: changed pieces are new ones. */
  mark(): void {
    this.#markedChunks = this.#chunks;
    this.#markedLength = this.#length;
    this.#markedTrailers = this.trailers?.clone();
    this.#isMarkedChanged = this.#isChanged;
  }

  /**
   * Undoes what the filter did since {@link mark}. False when it changed the body before that already: what it holds
   * would then not fit what has gone on.
   */
  undo(): boolean {
    this.#chunks = this.#markedChunks;
    this.#length = this.#markedLength;
    this.trailers = this.#markedTrailers;
    return !this.#isMarkedChanged;
  }

  drop(): void {
    this.#chunks = [];
    this.#length = 0;
  }
}
