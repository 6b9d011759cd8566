import { describe, expect, test } from "bun:test";
import { FilterTrial, refusalOf } from "../../../test/support/filter-trial.ts";

describe("security-headers", () => {
  const DEFAULTS = [
    ...["strict-transport-security", "max-age=31536000", "x-content-type-options", "nosniff"],
    ...["x-frame-options", "DENY", "referrer-policy", "strict-origin-when-cross-origin"],
  ];

  test("has defaults", async () => {
    const trial = await FilterTrial.open("security-headers");
    expect(trial.send().response.fields).toEqual(DEFAULTS);
    const fields = ["x-frame-options", "ALLOWALL", "x-frame-options", "SAMEORIGIN"];
    expect(
      trial.send({ response: { fields } }).response.fields.filter((text) => text === "x-frame-options"),
    ).toHaveLength(1);
    trial.close();
  });

  test("sets what is configured, leaves out what is off, and removes the rest", async () => {
    const trial = await FilterTrial.open("security-headers", {
      strict_transport_security: false,
      x_frame_options: "SAMEORIGIN",
      content_security_policy: "default-src 'self'",
      remove: ["Server"],
    });
    const { response } = trial.send({ response: { fields: ["server", "demo", "x-a", "1"] } });
    expect(response.fields).toEqual([
      ...["x-a", "1", "x-content-type-options", "nosniff", "x-frame-options", "SAMEORIGIN"],
      ...["referrer-policy", "strict-origin-when-cross-origin", "content-security-policy", "default-src 'self'"],
    ]);
    trial.close();
  });

  test("can keep what the backend says", async () => {
    const trial = await FilterTrial.open("security-headers", { keep_own: true });
    const { response } = trial.send({ response: { fields: ["referrer-policy", "no-referrer"] } });
    expect(response.fields).toEqual(["referrer-policy", "no-referrer", ...DEFAULTS.slice(0, 6)]);
    trial.close();
  });

  test("refuses what is no header", async () => {
    expect(await refusalOf("security-headers", { x_frame_options: "a\nb" })).toContain("x_frame_options");
    expect(await refusalOf("security-headers", { x_frame_option: "DENY" })).toContain("unknown key");
    expect(await refusalOf("security-headers", { remove: ["a b"] })).toContain("remove");
  });
});

describe("response-cache-control", () => {
  const rules = [
    { path_prefix: "/assets/", path_suffix: ".js", value: "max-age=31536000, immutable", keep_own: false },
    { content_type: "Text/HTML", value: "no-cache" },
    { path_prefix: "/gone", status: [404, 410], value: "max-age=60" },
  ];

  test("uses the first rule that fits path, type and status", async () => {
    const trial = await FilterTrial.open("response-cache-control", { rules });
    const value = (path: string, type: string, status = 200, method = "GET"): string | undefined =>
      trial.send({ method, path, response: { status, fields: ["content-type", type] } }).response.get("cache-control");
    expect(value("/assets/a.js?v=1", "text/html")).toBe("max-age=31536000, immutable");
    expect(value("/assets/a.css", "text/css")).toBeUndefined();
    expect(value("/a", "text/html; charset=utf-8")).toBe("no-cache");
    expect(value("/a", "TEXT/HTML", 200, "HEAD")).toBe("no-cache");
    expect(value("/a", "text/html", 500)).toBeUndefined();
    expect(value("/a", "text/html", 200, "POST")).toBeUndefined();
    expect(value("/gone", "text/plain", 410)).toBe("max-age=60");
    expect(value("/gone", "text/plain")).toBeUndefined();
    trial.close();
  });

  test("overwrites what the backend says only where it is told to", async () => {
    const trial = await FilterTrial.open("response-cache-control", { rules });
    const own = ["cache-control", "private", "expires", "0", "pragma", "no-cache"];
    expect(trial.send({ path: "/assets/a.js", response: { fields: own } }).response.fields).toEqual([
      ...["cache-control", "max-age=31536000, immutable"],
    ]);
    const page = [...own, "content-type", "text/html"];
    expect(trial.send({ response: { fields: page } }).response.fields).toEqual(page);
    trial.close();
  });

  test("refuses rules without a value or with a status that is none", async () => {
    expect(await refusalOf("response-cache-control", {})).toContain("rules: at least one");
    expect(await refusalOf("response-cache-control", { rules: [{}] })).toContain("rules[0].value");
    expect(await refusalOf("response-cache-control", { rules: [{ value: "a", status: [20] }] })).toContain(
      "rules[0].status",
    );
    expect(await refusalOf("response-cache-control", { rules: [{ value: "a", status: [] }] })).toContain(
      "rules[0].status",
    );
    expect(await refusalOf("response-cache-control", { rules: [{ value: "a", path_prefix: "a" }] })).toContain(
      "path_prefix",
    );
  });
});

describe("request-id", () => {
  const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u;

  test("makes ids that are random UUIDs, one for each request, and tells the client", async () => {
    const trial = await FilterTrial.open("request-id");
    const seen = new Set<string>();
    for (let i = 0; i < 1000; i++) {
      const { request, response } = trial.send({ fields: ["x-correlation-id", "inbound"] });
      const id = request.get("x-correlation-id") ?? "";
      expect(id).toMatch(UUID);
      expect(response.get("x-correlation-id")).toBe(id);
      seen.add(id);
    }
    expect(seen.size).toBe(1000);
    trial.close();
  });

  test("has other forms and other headers", async () => {
    const hex = await FilterTrial.open("request-id", { format: "hex", header: "X-Trace", response_header: "x-seen" });
    const { request, response } = hex.send();
    expect(request.get("x-trace")).toMatch(/^[0-9a-f]{12}4[0-9a-f]{19}$/u);
    expect(response.fields).toEqual(["x-seen", request.get("x-trace") ?? ""]);
    hex.close();
    const own = await FilterTrial.open("request-id", { format: "proxy", response_header: false });
    expect(own.send().request.get("x-correlation-id")).toBe("0f8fad5b-d9cb-469f-a165-70867728950e");
    expect(own.send().response.fields).toEqual([]);
    own.close();
  });

  test("keeps the id that came in when it is trusted, and is one", async () => {
    const trial = await FilterTrial.open("request-id", { trust_inbound: true });
    const kept = (id: string): boolean =>
      trial.send({ fields: ["x-correlation-id", id] }).request.get("x-correlation-id") === id;
    expect(["a", "A-1._:/+=z", "x".repeat(128)].map(kept)).toEqual([true, true, true]);
    expect(["", "x".repeat(129), "a b", "a,b", 'a"b', "a{b"].map(kept)).toEqual(Array.from({ length: 6 }, () => false));
    trial.close();
  });

  test("refuses the header that the proxy writes itself", async () => {
    expect(await refusalOf("request-id", { header: "X-Request-Id" })).toContain("the proxy itself");
    expect(await refusalOf("request-id", { format: "ulid" })).toContain("uuid, hex or proxy");
    expect(await refusalOf("request-id", { trust_inbound: "yes" })).toContain("true or false");
  });
});
