import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import type { BalancerBackend } from "../policy.ts";

// Layout of the table in the module's memory (docs/policy-abi.md, "The backend table"), in words of 32 bits.
const HEADER_WORDS = 4;
const RECORD_WORDS = 8;
const GENERATION = 0;
const COUNT = 1;
const WEIGHT = 0;
const FLAGS = 1;
const ACTIVE = 2;
const ID_HASH = 3;
// In doubles.
const HEADER_DOUBLES = HEADER_WORDS / 2;
const RECORD_DOUBLES = RECORD_WORDS / 2;
const LATENCY = 2;

const IS_HEALTHY = 1;
/** Where no request has given a measure yet. */
const NO_LATENCY = -1;
/** How much of a new measure goes into the average. */
const LATENCY_SHARE = 0.2;
const ALIGNMENT = 8;

const encoder = new TextEncoder();

/** Size of the table for `count` backends. */
export function tableBytes(count: number): number {
  return (HEADER_WORDS + count * RECORD_WORDS) * 4;
}

/**
 * What a balancer may know of its backends. The truth is kept here, where no module can reach it, and a copy is written
 * into the memory of the module at each change, so that a pick has to ask nobody.
 */
export class BackendTable {
  readonly count: number;
  readonly #backends: readonly BalancerBackend[];
  readonly #healthy: Uint8Array;
  readonly #active: Uint32Array;
  readonly #latencyMs: Float64Array;
  #generation = 1;
  #memory: WebAssembly.Memory | undefined;
  #address = 0;
  #words: Uint32Array = new Uint32Array(0);
  #doubles: Float64Array = new Float64Array(0);

  constructor(backends: readonly BalancerBackend[]) {
    this.count = backends.length;
    this.#backends = backends;
    this.#healthy = new Uint8Array(this.count).fill(IS_HEALTHY);
    this.#active = new Uint32Array(this.count);
    this.#latencyMs = new Float64Array(this.count).fill(NO_LATENCY);
  }

  /** Makes a new memory the copy, and writes everything to it. */
  attach(memory: WebAssembly.Memory, address: number): void {
    if (address % ALIGNMENT !== 0) {
      throw new SpookyError(FAILURES.moduleConfigRefused, `the backend table is not aligned to ${ALIGNMENT} bytes`);
    }
    this.#memory = memory;
    this.#address = address;
    this.#makeViews(memory);
    this.#words.fill(0);
    this.#words[GENERATION] = this.#generation;
    this.#words[COUNT] = this.count;
    this.#backends.forEach(({ id, weight }, index) => {
      const record = HEADER_WORDS + index * RECORD_WORDS;
      this.#words[record + WEIGHT] = weight;
      this.#words[record + FLAGS] = this.#healthy[index] ?? 0;
      this.#words[record + ACTIVE] = this.#active[index] ?? 0;
      this.#words[record + ID_HASH] = hashId(id);
      this.#doubles[HEADER_DOUBLES + index * RECORD_DOUBLES + LATENCY] = this.#latencyMs[index] ?? NO_LATENCY;
    });
  }

  /** To be called after each call into the module: a memory that grew has detached the views on it. */
  keepAttached(): void {
    if (this.#words.length === 0 && this.#memory !== undefined) this.#makeViews(this.#memory);
  }

  setHealthy(index: number, healthy: boolean): void {
    const flags = healthy ? IS_HEALTHY : 0;
    if (this.#healthy[index] === flags) return;
    this.#healthy[index] = flags;
    this.#words[HEADER_WORDS + index * RECORD_WORDS + FLAGS] = flags;
    this.#generation = (this.#generation + 1) >>> 0;
    this.#words[GENERATION] = this.#generation;
  }

  addActive(index: number, change: 1 | -1): void {
    const active = (this.#active[index] ?? 0) + change;
    if (active < 0) return;
    this.#active[index] = active;
    this.#words[HEADER_WORDS + index * RECORD_WORDS + ACTIVE] = active;
  }

  addLatency(index: number, latencyMs: number): void {
    const before = this.#latencyMs[index] ?? NO_LATENCY;
    const average = before < 0 ? latencyMs : before + (latencyMs - before) * LATENCY_SHARE;
    this.#latencyMs[index] = average;
    this.#doubles[HEADER_DOUBLES + index * RECORD_DOUBLES + LATENCY] = average;
  }

  activeRequests(index: number): number {
    return this.#active[index] ?? 0;
  }

  #makeViews(memory: WebAssembly.Memory): void {
    const bytes = tableBytes(this.count);
    this.#words = new Uint32Array(memory.buffer, this.#address, bytes / 4);
    this.#doubles = new Float64Array(memory.buffer, this.#address, bytes / 8);
  }
}

/** FNV-1a of the id in UTF-8, 32 bits: the same in every shard and after every restart. */
function hashId(id: string): number {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(id)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
