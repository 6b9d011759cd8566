import { describe, expect, test } from "bun:test";
import { FilterTrial, refusalOf } from "../../../test/support/filter-trial.ts";

/** Whether `count` of `total` is what a share would give, within five standard deviations. */
function isLikely(count: number, total: number, share: number): boolean {
  return Math.abs(count - total * share) <= 5 * Math.sqrt(total * share * (1 - share));
}

describe("canary-split", () => {
  const base = { path_prefix: "/canary", cookie: "side" };

  test("leads the asked-for share elsewhere, and tells the backend", async () => {
    const trial = await FilterTrial.open("canary-split", { ...base, percent: 20, authority: "canary.example" });
    let count = 0;
    for (let i = 0; i < 2000; i++) {
      const { path, authority, request } = trial.send({ path: "/a?b=1", fields: ["x-canary", "forged"] });
      const mark = request.get("x-canary");
      expect([path, authority]).toEqual(
        mark === "canary" ? ["/canary/a?b=1", "canary.example"] : ["/a?b=1", "shop.example"],
      );
      expect(["canary", "stable"]).toContain(mark ?? "");
      if (mark === "canary") count++;
    }
    expect(isLikely(count, 2000, 0.2)).toBe(true);
    trial.close();
  });

  test("keeps a client on the side where its cookie says it is, and gives a cookie only once", async () => {
    const never = await FilterTrial.open("canary-split", { ...base, percent: 0 });
    const kept = never.send({ path: "/a", fields: ["cookie", "a=1; side=canary; b=2"] });
    expect([kept.path, kept.response.fields]).toEqual(["/canary/a", []]);
    const fresh = never.send({ path: "/a", fields: ["cookie", "aside=canary; side=other"] });
    expect(fresh.path).toBe("/a");
    expect(fresh.response.get("set-cookie")).toBe("side=stable; Path=/; Max-Age=86400; Secure; HttpOnly; SameSite=Lax");
    never.close();
    const always = await FilterTrial.open("canary-split", { ...base, percent: 100, cookie_max_age_s: 0 });
    expect(always.send({ path: "/a", fields: ["cookie", "side=stable"] }).path).toBe("/a");
    expect(always.send().response.get("set-cookie")).toBe("side=canary; Path=/; Secure; HttpOnly; SameSite=Lax");
    always.close();
  });

  test("leads away who asks for it, without a cookie", async () => {
    const config = { ...base, percent: 0, when_header: { name: "X-Try", value: "yes" } };
    const trial = await FilterTrial.open("canary-split", config);
    const asked = trial.send({ path: "/a", fields: ["x-try", "yes", "cookie", "side=stable"] });
    expect([asked.path, asked.response.fields]).toEqual(["/canary/a", []]);
    expect(trial.send({ path: "/a", fields: ["x-try", "no"] }).path).toBe("/a");
    trial.close();
  });

  test("refuses a config that leads nowhere", async () => {
    expect(await refusalOf("canary-split", { percent: 5 })).toContain("path_prefix or authority is needed");
    expect(await refusalOf("canary-split", { ...base, percent: 101 })).toContain("percent");
    expect(await refusalOf("canary-split", { path_prefix: "/a/" })).toContain("path_prefix");
    expect(await refusalOf("canary-split", { ...base, cookie: "a b" })).toContain("cookie");
    const when_header = { name: "x-canary", value: "canary" };
    expect(await refusalOf("canary-split", { ...base, when_header })).toContain("when_header.name");
  });
});

describe("ab-test", () => {
  const base = { experiment: "checkout", variants: { blue: 1, green: 3, gone: 0 } };

  test("gives variants by their weights", async () => {
    const trial = await FilterTrial.open("ab-test", base);
    const counts = new Map<string, number>();
    for (let i = 0; i < 2000; i++) {
      const { request, response } = trial.send({ fields: ["x-ab-checkout", "forged"] });
      const variant = request.get("x-ab-checkout") ?? "";
      counts.set(variant, (counts.get(variant) ?? 0) + 1);
      expect(response.get("set-cookie")).toStartWith(`ab-checkout=${variant}; Path=/; Max-Age=2592000;`);
    }
    expect([...counts.keys()].sort()).toEqual(["blue", "green"]);
    expect(isLikely(counts.get("blue") ?? 0, 2000, 0.25)).toBe(true);
    trial.close();
  });

  test("lets a client keep its variant as long as there is one", async () => {
    const trial = await FilterTrial.open("ab-test", { ...base, response_header: "x-variant" });
    for (let i = 0; i < 20; i++) {
      const { request, response } = trial.send({ fields: ["cookie", "ab-checkout=blue"] });
      expect(request.get("x-ab-checkout")).toBe("blue");
      expect(response.fields).toEqual(["x-variant", "blue"]);
    }
    for (const value of ["gone", "unknown", ""]) {
      const { response } = trial.send({ fields: ["cookie", `ab-checkout=${value}`] });
      expect(response.has("set-cookie")).toBe(true);
    }
    trial.close();
  });

  test("refuses an experiment without a choice", async () => {
    expect(await refusalOf("ab-test", { experiment: "a" })).toContain("two to a hundred variants");
    expect(await refusalOf("ab-test", { experiment: "a", variants: { a: 0, b: 0 } })).toContain("weight above 0");
    expect(await refusalOf("ab-test", { experiment: "a", variants: { a: 1, b: -1 } })).toContain("variants.b");
    expect(await refusalOf("ab-test", { ...base, experiment: "a b" })).toContain("experiment");
    expect(await refusalOf("ab-test", { experiment: "a", variants: { "a;b": 1, b: 1 } })).toContain("variants.a;b");
  });
});
