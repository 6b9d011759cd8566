import { describe, expect, test } from "bun:test";
import { HeaderList } from "./header-list.ts";
import { createRequestIds, inboundRequestId } from "./request-id.ts";

describe("createRequestIds", () => {
  test("never gives one id twice, over several shards", () => {
    const seen = new Set<string>();
    for (let shard = 0; shard < 20; shard++) {
      const ids = createRequestIds();
      for (let i = 0; i < 1000; i++) seen.add(ids.next());
    }
    expect(seen.size).toBe(20_000);
  });

  test("gives ids that would be kept if they came in", () => {
    const id = createRequestIds().next();
    expect(id).toMatch(/^[A-Za-z0-9_-]{12}-0$/);
    expect(inboundRequestId(new HeaderList(["x-request-id", id]))).toBe(id);
  });
});

describe("inboundRequestId", () => {
  test("keeps up to 128 visible characters", () => {
    const longest = "a".repeat(128);
    expect(inboundRequestId(new HeaderList(["a", "b", "x-request-id", longest]))).toBe(longest);
  });

  test.each([[""], ["a b"], ["a\u00e9"], ["a\x7f"], ["a\nb"], ["a".repeat(129)]])("does not keep %j", (id) => {
    expect(inboundRequestId(new HeaderList(["x-request-id", id]))).toBeUndefined();
  });

  test("does not choose among several, and finds none where there is none", () => {
    expect(inboundRequestId(new HeaderList(["x-request-id", "a", "x-request-id", "a"]))).toBeUndefined();
    expect(inboundRequestId(new HeaderList(["x", "y"]))).toBeUndefined();
  });
});
