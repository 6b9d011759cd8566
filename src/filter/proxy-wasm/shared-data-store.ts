const MAX_BYTES = 16 << 20;
const MAX_KEYS = 65_536;

/** One value of {@link SharedDataStore}. */
export interface SharedValue {
  readonly bytes: Uint8Array;
  /** Grows with every write to any key; never 0. */
  readonly cas: number;
}

/**
 * Values that the filters of one shard share under names (`proxy_set_shared_data`), apart for each `vm_id`. Bounded in
 * keys and in bytes: a write that does not fit is refused.
 */
export class SharedDataStore {
  readonly #values = new Map<string, SharedValue>();
  #bytes = 0;
  #lastCas = 0;

  get(vmId: string, key: string): SharedValue | undefined {
    return this.#values.get(storeKey(vmId, key));
  }

  /** Writes unless `cas` is neither 0 nor the value's own, where there is a value. */
  set(vmId: string, key: string, bytes: Uint8Array, cas: number): "ok" | "mismatch" | "full" {
    const full = storeKey(vmId, key);
    const old = this.#values.get(full);
    if (old !== undefined && cas !== 0 && cas !== old.cas) return "mismatch";
    const growth = old === undefined ? full.length + bytes.length : bytes.length - old.bytes.length;
    if (this.#bytes + growth > MAX_BYTES || (old === undefined && this.#values.size >= MAX_KEYS)) return "full";
    this.#bytes += growth;
    this.#lastCas = (this.#lastCas + 1) >>> 0 || 1;
    this.#values.set(full, { bytes, cas: this.#lastCas });
    return "ok";
  }
}

function storeKey(vmId: string, key: string): string {
  return `${vmId}\0${key}`;
}
