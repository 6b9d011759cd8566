import { describe, expect, test } from "bun:test";
import { MetricStore } from "./metric-store.ts";
import { SharedDataStore } from "./shared-data-store.ts";

const bytes = (length: number): Uint8Array => new Uint8Array(length);

describe("shared data", () => {
  test("is apart for each vm id", () => {
    const store = new SharedDataStore();
    expect(store.set("a", "k", bytes(1), 0)).toBe("ok");
    expect(store.get("b", "k")).toBeUndefined();
    expect(store.get("a", "k")?.bytes).toHaveLength(1);
  });

  test("is written only with the value's own cas, or with 0", () => {
    const store = new SharedDataStore();
    store.set("a", "k", bytes(1), 0);
    const first = store.get("a", "k")?.cas ?? 0;
    expect(first).toBeGreaterThan(0);
    expect(store.set("a", "k", bytes(2), first)).toBe("ok");
    expect(store.set("a", "k", bytes(3), first)).toBe("mismatch");
    expect(store.get("a", "k")?.bytes).toHaveLength(2);
    expect(store.set("a", "k", bytes(4), 0)).toBe("ok");
    expect(store.set("a", "new", bytes(4), 99)).toBe("ok");
  });

  test("is full at 16 MiB, and has room again when a value shrinks", () => {
    const store = new SharedDataStore();
    expect(store.set("a", "big", bytes(15 << 20), 0)).toBe("ok");
    expect(store.set("a", "other", bytes(2 << 20), 0)).toBe("full");
    expect(store.get("a", "other")).toBeUndefined();
    expect(store.set("a", "big", bytes(1 << 20), 0)).toBe("ok");
    expect(store.set("a", "other", bytes(2 << 20), 0)).toBe("ok");
  });
});

describe("metrics", () => {
  test("of one name are one, and apart for each filter", () => {
    const store = new MetricStore();
    const id = store.define("a", "counter", "n");
    expect(store.define("a", "counter", "n")).toBe(id);
    expect(store.define("b", "counter", "n")).not.toBe(id);
    expect(store.define("a", "gauge", "n")).toBe(-1);
    expect(store.get("b", id)).toBeUndefined();
    expect(store.get("a", id)?.name).toBe("n");
    expect(store.get("a", 99)).toBeUndefined();
  });

  test("have names of 1 to 256 bytes, and are 1024 for each filter", () => {
    const store = new MetricStore();
    expect(store.define("a", "gauge", "")).toBe(-1);
    expect(store.define("a", "gauge", "n".repeat(257))).toBe(-1);
    for (let i = 0; i < 1024; i++) expect(store.define("a", "gauge", `n${i}`)).toBe(i);
    expect(store.define("a", "gauge", "more")).toBe(-1);
    expect(store.define("a", "gauge", "n0")).toBe(0);
    expect(store.define("b", "gauge", "more")).toBe(1024);
    expect(store.all()).toHaveLength(1025);
  });
});
