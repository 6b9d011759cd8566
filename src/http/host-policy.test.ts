import { expect, test } from "bun:test";
import { upstreamAuthority } from "./host-policy.ts";

test("passes the requested authority through, or the backend's when there is none", () => {
  const policy = { mode: "pass_through", host: "" } as const;
  expect(upstreamAuthority(policy, "a.example", "10.0.0.1:80")).toBe("a.example");
  expect(upstreamAuthority(policy, "", "10.0.0.1:80")).toBe("10.0.0.1:80");
});

test("rewrites the authority to the configured host", () => {
  expect(upstreamAuthority({ mode: "rewrite", host: "b.example" }, "a.example", "10.0.0.1:80")).toBe("b.example");
});

test("uses the backend's own authority", () => {
  expect(upstreamAuthority({ mode: "upstream", host: "" }, "a.example", "10.0.0.1:80")).toBe("10.0.0.1:80");
});
