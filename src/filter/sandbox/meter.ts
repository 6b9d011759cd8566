import { DeadlineExceeded } from "./deadline-exceeded.ts";
import { CHARGE_EXPORT, HOOK_TABLE_EXPORT, START_EXPORT } from "./meter-code.ts";

/**
 * Holds the calls into one instance of an instrumented module to deadlines.
 *
 * `begin` and `end` do not look at the clock: it is first read when the fuel that was left has run out, and the deadline
 * counts from there. So a call that runs away may take longer than its deadline by the time of one quantum of fuel at
 * the start (see {@link FUEL_QUANTUM}) and one step at the end. Measured: 50.0 to 50.2 ms for a deadline of 50 ms, and
 * never less than what 390 calls of the host take (8 ms, were each of 20 µs) or two instructions that fill all of its
 * memory (34 ms for 64 MiB). Calls that end before that cost two stores, 2 to 3 ns.
 */
export interface Meter {
  /**
   * Puts the hook into an instance, in the place of any earlier one, and runs the module's start function if it has
   * one, for at most `startDeadlineMs` (1,000 by default). Throws what the start function throws, `DeadlineExceeded`
   * when it runs too long, and a `TypeError` when the module was not instrumented.
   */
  attach(instance: WebAssembly.Instance, startDeadlineMs?: number): void;
  /**
   * Must stand before each call into the guest, and `end` after it, also when it throws. A call that a host function
   * makes back into the guest (to allocate, say) may have its own pair or none: the outermost deadline holds.
   */
  begin(deadlineMs: number): void;
  end(): void;
  /**
   * Takes fuel for work that the host did for the guest, one unit for each 3 ns or so; a host function that takes less
   * than a microsecond need not. Throws `DeadlineExceeded` when time is up.
   */
  charge(fuel: number): void;
}

/**
 * Fuel given at once: that many loop rounds or function calls, or so many host calls or bytes moved as cost the same,
 * run before the clock is read again. 0.1 to 0.4 ms in compiled code, 3.4 ms while the engine still interprets.
 */
export const FUEL_QUANTUM = 100_000;
const MIN_QUANTUM = 1_000;
/** The clock is read at least this often within a deadline, once the speed of the guest is known. */
const READS_PER_DEADLINE = 16;

export function createMeter(): Meter {
  return new FuelMeter();
}

class FuelMeter implements Meter {
  private depth = 0;
  private deadlineMs = 0;
  /** On the monotonic clock; 0 before the clock was read within the outermost call. */
  private endsAtMs = 0;
  private readAtMs = 0;
  private quantum = FUEL_QUANTUM;
  private chargeGuest: (fuel: number) => void = notAttached;

  attach(instance: WebAssembly.Instance, startDeadlineMs = 1_000): void {
    const table = instance.exports[HOOK_TABLE_EXPORT];
    const charge = instance.exports[CHARGE_EXPORT];
    const start = instance.exports[START_EXPORT];
    if (!(table instanceof WebAssembly.Table) || typeof charge !== "function") {
      throw new TypeError("the module was not instrumented");
    }
    table.set(
      0,
      asGuestFunction(() => this.refill()),
    );
    this.chargeGuest = (fuel): void => void charge(fuel);
    this.depth = 0;
    this.quantum = FUEL_QUANTUM;
    if (typeof start !== "function") return;
    this.begin(startDeadlineMs);
    try {
      start();
    } finally {
      this.end();
    }
  }

  begin(deadlineMs: number): void {
    if (this.depth++ > 0) return;
    this.deadlineMs = deadlineMs;
    this.endsAtMs = 0;
  }

  end(): void {
    this.depth--;
  }

  charge(fuel: number): void {
    this.chargeGuest(fuel);
  }

  /** The hook: gives the next fuel, or throws. The counter stays below zero then, so that a guest that catches it is
   * stopped again at its next step. */
  private refill(): number {
    if (this.depth === 0) throw new Error("the guest was called outside of begin and end");
    const nowMs = performance.now();
    if (this.endsAtMs === 0) {
      this.endsAtMs = nowMs + this.deadlineMs;
    } else {
      const leftMs = this.endsAtMs - nowMs;
      if (leftMs <= 0) throw new DeadlineExceeded(this.deadlineMs);
      const sliceMs = Math.min(leftMs, this.deadlineMs / READS_PER_DEADLINE);
      const fuel = (this.quantum * sliceMs) / Math.max(nowMs - this.readAtMs, 0.001);
      this.quantum = Math.min(Math.max(fuel, MIN_QUANTUM), FUEL_QUANTUM) | 0;
    }
    this.readAtMs = nowMs;
    return this.quantum;
  }
}

function notAttached(): never {
  throw new TypeError("the meter has no instance");
}

/**
 * `(module (func (export "h") (import "m" "h") (result i32)))`: a table holds functions of modules only, so the hook
 * goes through one that imports and exports it.
 */
const TRAMPOLINE: WebAssembly.Module = new WebAssembly.Module(
  new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7f, 2, 7, 1, 1, 0x6d, 1, 0x68, 0, 0, 7, 5, 1, 1, 0x68, 0, 0,
  ]),
);

function asGuestFunction(hook: () => number): unknown {
  return new WebAssembly.Instance(TRAMPOLINE, { m: { h: hook } }).exports["h"];
}
