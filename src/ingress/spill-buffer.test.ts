import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { type SpillBudget, SpillBuffer } from "./spill-buffer.ts";

const LIMIT = 64 * 1024 * 1024;

function budget(limitBytes = LIMIT): SpillBudget {
  return { limitBytes, usedBytes: 0 };
}

/** A piece whose bytes follow on from `start`, so that order shows. */
function piece(start: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (start + i) % 251);
}

describe("a spill buffer", () => {
  test("gives back every byte in order, however pushes and shifts alternate", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 1, max: 300_000 }), fc.constant(0)), { maxLength: 40 }),
        (steps) => {
          const used = budget();
          const buffer = new SpillBuffer(used);
          let pushed = 0;
          let shifted = 0;
          const take = (): boolean => {
            const chunk = buffer.shift();
            if (chunk === undefined) return false;
            expect(Bun.hash(chunk)).toBe(Bun.hash(piece(shifted, chunk.length)));
            shifted += chunk.length;
            return true;
          };
          for (const step of steps) {
            if (step === 0) take();
            else {
              expect(buffer.push(piece(pushed, step))).toBe(true);
              pushed += step;
            }
            expect(used.usedBytes).toBe(pushed - shifted);
            expect(buffer.isEmpty).toBe(pushed === shifted);
          }
          while (take());
          expect(shifted).toBe(pushed);
          buffer.dispose();
          expect(used.usedBytes).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("takes nothing beyond the budget, and what others hold counts", () => {
    const used = budget(1000);
    const first = new SpillBuffer(used);
    const second = new SpillBuffer(used);
    expect(first.push(new Uint8Array(600))).toBe(true);
    expect(second.push(new Uint8Array(500))).toBe(false);
    expect(second.isEmpty).toBe(true);
    first.dispose();
    expect(second.push(new Uint8Array(500))).toBe(true);
    second.dispose();
  });

  test("leaves no file behind", () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("spooky-body-"));
    const buffer = new SpillBuffer(budget());
    for (let i = 0; i < 20; i++) buffer.push(new Uint8Array(100_000));
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("spooky-body-"))).toEqual(before);
    buffer.dispose();
  });
});
