import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { FilterTrial, refusalOf } from "../../../test/support/filter-trial.ts";

const CONFIG = {
  allow_origins: ["https://shop.example", "https://*.shop.example", "http://localhost:3000"],
  allow_methods: ["GET", "PUT"],
  allow_headers: ["content-type", "x-token"],
  expose_headers: ["x-total"],
  allow_credentials: true,
  max_age_s: 60,
};

const allowed = [
  "https://shop.example",
  "https://a.shop.example",
  "https://a.b-1.shop.example",
  "http://localhost:3000",
];
const refused = [
  "http://shop.example",
  "https://shop.example:8443",
  "https://shop.example.evil.test",
  "https://evilshop.example",
  "https://.shop.example",
  "https://a..shop.example",
  "https://evil.test/.shop.example",
  "https://evil.test#.shop.example",
  "https://user@a.shop.example",
  "https://evil.test:1.shop.example",
  "null",
  "https://",
];

describe("cors", () => {
  test("allows the origins that are named, with what was configured", async () => {
    const trial = await FilterTrial.open("cors", CONFIG);
    for (const origin of allowed) {
      const { response, isReply } = trial.send({ fields: ["origin", origin] });
      expect(isReply).toBe(false);
      expect(response.fields).toEqual([
        ...["vary", "origin", "access-control-allow-origin", origin],
        ...["access-control-allow-credentials", "true", "access-control-expose-headers", "x-total"],
      ]);
    }
    trial.close();
  });

  test("says nothing to other origins, and takes away what the backend says", async () => {
    const trial = await FilterTrial.open("cors", CONFIG);
    for (const origin of refused) {
      const fields = [
        "access-control-allow-origin",
        origin,
        "access-control-allow-credentials",
        "true",
        "vary",
        "cookie",
      ];
      const { response } = trial.send({ fields: ["origin", origin], response: { fields } });
      expect(response.fields).toEqual(["vary", "cookie", "vary", "origin"]);
    }
    trial.close();
  });

  test("answers preflights itself", async () => {
    const trial = await FilterTrial.open("cors", CONFIG);
    const asked = (origin: string): readonly string[] => ["origin", origin, "access-control-request-method", "PUT"];
    const yes = trial.send({ method: "OPTIONS", fields: asked("https://shop.example") });
    expect([yes.status, yes.isReply, yes.body]).toEqual([204, true, ""]);
    expect(yes.response.fields).toEqual([
      ...["vary", "origin", "access-control-allow-origin", "https://shop.example"],
      ...["access-control-allow-credentials", "true", "access-control-allow-methods", "GET, PUT"],
      ...["access-control-allow-headers", "content-type, x-token", "access-control-max-age", "60"],
    ]);
    const no = trial.send({ method: "OPTIONS", fields: asked("https://evil.test") });
    expect([no.status, no.isReply]).toEqual([403, true]);
    expect(no.response.fields).toEqual(["vary", "origin"]);
    trial.close();
  });

  test("leaves other OPTIONS requests to the backend", async () => {
    const trial = await FilterTrial.open("cors", CONFIG);
    expect(trial.send({ method: "OPTIONS", fields: ["origin", "https://shop.example"] }).isReply).toBe(false);
    expect(trial.send({ method: "OPTIONS", fields: ["access-control-request-method", "PUT"] }).isReply).toBe(false);
    trial.close();
  });

  test("answers a star with a star, whoever asks", async () => {
    const trial = await FilterTrial.open("cors", { allow_origins: ["*"] });
    const { response } = trial.send({ fields: ["origin", "https://anything.test"] });
    expect(response.fields).toEqual(["access-control-allow-origin", "*"]);
    expect(trial.send().response.fields).toEqual([]);
    trial.close();
  });

  test("never reflects an origin that is not allowed", async () => {
    const trial = await FilterTrial.open("cors", CONFIG);
    const label = fc.stringMatching(/^[a-z0-9-]{1,8}$/u);
    const piece = fc.constantFrom(
      "https://",
      "http://",
      "shop.example",
      ".shop.example",
      "evil.test",
      ":",
      "/",
      "@",
      ".",
    );
    const origin = fc.array(fc.oneof(piece, label), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));
    const isAllowed = (text: string): boolean =>
      allowed.includes(text) || /^https:\/\/(?:[a-z0-9-]+\.)+shop\.example$/u.test(text);
    fc.assert(
      fc.property(fc.oneof(origin, fc.constantFrom(...allowed, ...refused)), (text) => {
        const { response } = trial.send({ fields: ["origin", text] });
        expect(response.get("access-control-allow-origin")).toBe(isAllowed(text) ? text : undefined);
      }),
      { numRuns: 500 },
    );
    trial.close();
  });

  test("refuses a config that would let every site act in the user's name, or that names no origins", async () => {
    expect(await refusalOf("cors", { allow_origins: ["*"], allow_credentials: true })).toContain("allow_credentials");
    expect(await refusalOf("cors", {})).toContain("allow_origins: at least one");
    for (const origin of ["shop.example", "https://shop.example/", "https://*", "https://*.", "https://a*.b", "*.b"]) {
      expect(await refusalOf("cors", { allow_origins: [origin] })).toContain(`"${origin}" is neither`);
    }
    expect(await refusalOf("cors", { ...CONFIG, max_age_s: -1 })).toContain("max_age_s");
    expect(await refusalOf("cors", { ...CONFIG, allow_header: [] })).toContain("allow_header: unknown key");
  });
});
