import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Status } from "./abi.ts";
import { GuestMemory } from "./guest-memory.ts";

const PAGE = 65_536;

function createMemory(allocate: (size: number) => number = () => 1024): {
  memory: GuestMemory;
  raw: WebAssembly.Memory;
} {
  const raw = new WebAssembly.Memory({ initial: 1 });
  const memory = new GuestMemory();
  memory.attach(raw, allocate);
  return { memory, raw };
}

describe("guest memory", () => {
  test("covers nothing before it is attached", () => {
    const memory = new GuestMemory();
    expect(memory.covers(0, 1)).toBe(false);
    expect(memory.openReturn(4, 0, 4)).toBe(-Status.invalidMemoryAccess);
  });

  test("covers what lies inside, up to the last byte, and nothing that wraps around", () => {
    const { memory } = createMemory();
    expect(memory.covers(0, PAGE)).toBe(true);
    expect(memory.covers(PAGE, 0)).toBe(true);
    expect(memory.covers(PAGE - 1, 2)).toBe(false);
    expect(memory.covers(0xffff_fff0, 0x20)).toBe(false);
    expect(memory.covers(16, 0xffff_ffff)).toBe(false);
  });

  test("sees what was written after the guest grew it", () => {
    const { memory, raw } = createMemory();
    expect(memory.covers(0, PAGE)).toBe(true);
    raw.grow(1);
    new Uint8Array(raw.buffer).set([0x68, 0x69], PAGE + 5);
    expect(memory.covers(PAGE + 5, 2)).toBe(true);
    expect(memory.readText(PAGE + 5, 2)).toBe("hi");
  });

  test("gives a value to the guest in room that the guest made, also when that grew the memory", () => {
    const raw = new WebAssembly.Memory({ initial: 1 });
    const memory = new GuestMemory();
    memory.attach(raw, (size) => {
      expect(size).toBe(5);
      raw.grow(1);
      return PAGE;
    });
    expect(memory.returnText("hello", 8, 12)).toBe(Status.ok);
    const view = new DataView(raw.buffer);
    expect([view.getUint32(8, true), view.getUint32(12, true)]).toEqual([PAGE, 5]);
    expect(Buffer.from(raw.buffer, PAGE, 5).toString()).toBe("hello");
  });

  test("allocates nothing for an empty value", () => {
    const { memory, raw } = createMemory(() => {
      throw new Error("asked for room");
    });
    new Uint8Array(raw.buffer).fill(0xff, 8, 16);
    expect(memory.returnText("", 8, 12)).toBe(Status.ok);
    expect([...new Uint8Array(raw.buffer, 8, 8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test.each([
    ["has no room", 0],
    ["points past the end", PAGE - 2],
    ["points nowhere", -1],
  ])("fails when the guest's allocator %s", (_name, pointer) => {
    const { memory } = createMemory(() => pointer);
    expect(memory.returnText("hello", 8, 12)).toBe(Status.internalFailure);
  });

  test("writes 64-bit numbers as the guest reads them", () => {
    const { memory, raw } = createMemory();
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        memory.writeU64(100, value);
        expect(new DataView(raw.buffer).getBigUint64(100, true)).toBe(BigInt(value));
      }),
    );
  });

  test("reads what lies there now, whatever it remembers", () => {
    const { memory, raw } = createMemory();
    const bytes = new Uint8Array(raw.buffer);
    const step = fc.record({
      at: fc.integer({ min: 0, max: 48 }),
      length: fc.integer({ min: 0, max: 60 }),
      write: fc.option(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.constantFrom(0, 0x41, 0x61, 0x80, 0xff))),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        for (const { at, length, write } of steps) {
          if (write !== null) bytes[write[0]] = write[1];
          const expected = Buffer.from(bytes.subarray(at, at + length)).toString("latin1");
          expect(memory.readText(at, length)).toBe(expected);
        }
      }),
    );
  });

  test("writes texts that it reads back", () => {
    const { memory } = createMemory();
    const text = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      maxLength: 100,
    });
    fc.assert(
      fc.property(text, (value) => {
        memory.writeText(200, value);
        expect(memory.readText(200, value.length)).toBe(value);
      }),
    );
  });
});
