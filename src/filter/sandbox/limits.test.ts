import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { capLimits, type Limits } from "./limits.ts";

const limits: fc.Arbitrary<Limits> = fc
  .record({ initial: fc.nat({ max: 50 }), growth: fc.option(fc.nat({ max: 50 })), isShared: fc.boolean() })
  .map(({ initial, growth, isShared }) => ({
    initial,
    maximum: growth === null ? undefined : initial + growth,
    isShared,
  }));

describe("capLimits", () => {
  test("keeps the sum of all maxima within the cap, and each what it starts with", () => {
    fc.assert(
      fc.property(
        fc.array(limits, { maxLength: 5 }),
        fc.nat({ max: 200 }),
        fc.integer({ min: 50, max: 120 }),
        (all, cap, each) => {
          const capped = capLimits(all, cap, each);
          const initial = all.reduce((sum, one) => sum + one.initial, 0);
          expect(capped === undefined).toBe(initial > cap);
          if (capped === undefined) return;
          expect(capped.reduce((sum, one) => sum + (one.maximum ?? Infinity), 0)).toBeLessThanOrEqual(cap);
          for (const [index, one] of capped.entries()) {
            const own = all[index];
            expect(one).toMatchObject({ initial: own?.initial, isShared: own?.isShared });
            expect(one.maximum).toBeGreaterThanOrEqual(one.initial);
            expect(one.maximum).toBeLessThanOrEqual(Math.min(own?.maximum ?? Infinity, each));
          }
        },
      ),
    );
  });

  test("gives a single memory all of the cap", () => {
    const [only] = capLimits([{ initial: 3, maximum: undefined, isShared: false }], 100, 65536) ?? [];
    expect(only).toEqual({ initial: 3, maximum: 100, isShared: false });
  });
});
