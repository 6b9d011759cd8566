import { Status } from "./abi.ts";
import { type GuestBytes, guestBytes } from "./guest-bytes.ts";
import type { GuestFunction } from "./guest-function.ts";
import { GuestStringCache } from "./guest-string-cache.ts";
import { toHeaderName, toHeaderValue, toWritableName } from "./header-text.ts";

const SHORT_TEXT = 48;
/** Work on fewer bytes than this is covered by what the meter takes for the call itself. */
const FREE_BYTES = 4096;
/** Bytes copied or decoded for one unit of fuel, which stands for 3 ns or so. */
const BYTES_PER_FUEL = 8;

/**
 * The linear memory of one instance. Every range is checked with {@link covers} before it is touched, so that
 * nothing throws but {@link chargeBytes}. Before the module is instantiated nothing is covered, so that functions called by a start section fail softly.
 *
 * Growth detaches the old buffer, and any call into the guest may grow: views are looked at again on every check.
 */
export class GuestMemory {
  bytes: GuestBytes = guestBytes(new ArrayBuffer(0));
  view: DataView = new DataView(new ArrayBuffer(0));
  readonly #names: GuestStringCache = new GuestStringCache(toHeaderName);
  readonly #writableNames: GuestStringCache = new GuestStringCache(toWritableName);
  readonly #values: GuestStringCache = new GuestStringCache(toHeaderValue);
  readonly #texts: GuestStringCache = new GuestStringCache((raw) => raw);
  #memory: WebAssembly.Memory | undefined;
  #allocate: GuestFunction | undefined;
  #charge: (fuel: number) => void = () => undefined;

  /** `charge` takes fuel from the guest for what the host does with many bytes; it may throw. */
  attach(memory: WebAssembly.Memory, allocate: GuestFunction | undefined, charge?: (fuel: number) => void): void {
    this.#memory = memory;
    this.#allocate = allocate;
    if (charge !== undefined) this.#charge = charge;
    this.#refresh();
  }

  /** Size in bytes. */
  get length(): number {
    if (this.bytes.length === 0) this.#refresh();
    return this.bytes.length;
  }

  /** Whether the range, given as unsigned numbers, lies in memory. The views are good until the guest runs again. */
  covers(pointer: number, length: number): boolean {
    if (this.bytes.length === 0) this.#refresh();
    return pointer + length <= this.bytes.length;
  }

  /** A header name, lower case, or undefined when no header may be named so. The range must be covered. */
  readName(pointer: number, length: number): string | undefined {
    this.chargeBytes(length);
    return this.#names.read(this.bytes, this.view, pointer, length);
  }

  /** As {@link readName}, for writing: undefined also for names that guests may not write. */
  readWritableName(pointer: number, length: number): string | undefined {
    this.chargeBytes(length);
    return this.#writableNames.read(this.bytes, this.view, pointer, length);
  }

  /** A header value, or undefined when no header may have it. The range must be covered. */
  readValue(pointer: number, length: number): string | undefined {
    this.chargeBytes(length);
    return this.#values.read(this.bytes, this.view, pointer, length);
  }

  /** A byte string. The range must be covered. */
  readText(pointer: number, length: number): string {
    this.chargeBytes(length);
    return this.#texts.read(this.bytes, this.view, pointer, length) ?? "";
  }

  /** Text for people, from UTF-8. The range must be covered. */
  readUtf8(pointer: number, length: number): string {
    this.chargeBytes(length);
    return this.bytes.utf8Slice(pointer, pointer + length);
  }

  /** A copy of the bytes. The range must be covered. */
  copy(pointer: number, length: number): Uint8Array {
    this.chargeBytes(length);
    return new Uint8Array(this.bytes.subarray(pointer, pointer + length));
  }

  /** Writes a byte string. The range must be covered. */
  writeText(pointer: number, text: string): void {
    const { length } = text;
    if (length > SHORT_TEXT) {
      this.bytes.latin1Write(text, pointer);
      return;
    }
    const { bytes } = this;
    for (let i = 0; i < length; i++) bytes[pointer + i] = text.charCodeAt(i);
  }

  /** Writes a 64-bit integer given as a whole number below 2^63. The range must be covered. */
  writeU64(pointer: number, value: number): void {
    this.view.setUint32(pointer, value >>> 0, true);
    this.view.setUint32(pointer + 4, Math.floor(value / 0x1_0000_0000) >>> 0, true);
  }

  /**
   * Takes fuel for work on so many bytes: what a guest has the host do counts against its deadline. Throws when that is
   * over, so nothing may be half done by then.
   */
  chargeBytes(length: number): void {
    if (length > FREE_BYTES) this.#charge(length / BYTES_PER_FUEL);
  }

  /**
   * Room for `length` bytes in the guest, by its own allocator: 0 when there is none, it failed, or it lied about where
   * the room is. Runs the guest.
   */
  allocate(length: number): number {
    const allocate = this.#allocate;
    if (allocate === undefined) return 0;
    const pointer = allocate(length) >>> 0;
    return pointer !== 0 && this.covers(pointer, length) ? pointer : 0;
  }

  /** Gives `text` to the guest: allocates, copies, and writes where it is to `pointerOut` and `sizeOut`. */
  returnText(text: string, pointerOut: number, sizeOut: number): number {
    const pointer = this.openReturn(text.length, pointerOut, sizeOut);
    if (pointer < 0) return -pointer;
    if (pointer !== 0) this.writeText(pointer, text);
    return Status.ok;
  }

  returnBytes(content: Uint8Array, pointerOut: number, sizeOut: number): number {
    const pointer = this.openReturn(content.length, pointerOut, sizeOut);
    if (pointer < 0) return -pointer;
    if (pointer !== 0) this.bytes.set(content, pointer);
    return Status.ok;
  }

  returnU64(value: number, pointerOut: number, sizeOut: number): number {
    const pointer = this.openReturn(8, pointerOut, sizeOut);
    if (pointer < 0) return -pointer;
    this.writeU64(pointer, value);
    return Status.ok;
  }

  /**
   * First half of giving `length` bytes to the guest: the place to write them to, 0 when there is nothing to write, or
   * a negative status.
   */
  openReturn(length: number, pointerOut: number, sizeOut: number): number {
    if (!this.covers(pointerOut, 4) || !this.covers(sizeOut, 4)) return -Status.invalidMemoryAccess;
    this.chargeBytes(length);
    let pointer = 0;
    if (length !== 0) {
      pointer = this.allocate(length);
      if (pointer === 0) return -Status.internalFailure;
    }
    this.view.setUint32(pointerOut, pointer, true);
    this.view.setUint32(sizeOut, length, true);
    return pointer;
  }

  #refresh(): void {
    if (this.#memory === undefined) return;
    const { buffer } = this.#memory;
    this.bytes = guestBytes(buffer);
    this.view = new DataView(buffer);
  }
}
