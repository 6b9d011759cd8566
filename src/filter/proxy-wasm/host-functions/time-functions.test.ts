import { expect, test } from "bun:test";
import fc from "fast-check";
import { GuestMemory } from "../guest-memory.ts";
import { writeNanoseconds } from "./time-functions.ts";

test("a time in milliseconds is written as 64-bit nanoseconds, exact to the microsecond", () => {
  const raw = new WebAssembly.Memory({ initial: 1 });
  const memory = new GuestMemory();
  memory.attach(raw, undefined);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000_000_000 }), (micros) => {
      // Half a microsecond more keeps rounding of the division out of the picture.
      writeNanoseconds(memory, 8, (micros + 0.5) / 1000);
      expect(new DataView(raw.buffer).getBigUint64(8, true)).toBe(BigInt(micros) * 1000n);
    }),
  );
});
