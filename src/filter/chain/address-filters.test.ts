import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { BlockList } from "node:net";
import { FilterTrial, refusalOf } from "../../../test/support/filter-trial.ts";

async function statuses(config: Record<string, string | number | string[]>, ...addresses: string[]): Promise<number[]> {
  const trial = await FilterTrial.open("ip-allow-deny", config);
  const found = addresses.map((clientAddress) => trial.send({ clientAddress }).status);
  trial.close();
  return found;
}

describe("ip-allow-deny", () => {
  test("lets in who is allowed and not denied", async () => {
    const config = { allow: ["192.0.2.0/24", "2001:db8::/32"], deny: ["192.0.2.128/25", "2001:db8:0:1::/64"] };
    const addresses = ["192.0.2.1", "192.0.2.127", "192.0.2.128", "192.0.3.1", "2001:db8::1", "2001:db8:0:1::1", "::1"];
    expect(await statuses(config, ...addresses)).toEqual([200, 200, 403, 403, 200, 403, 403]);
  });

  test("lets in all that are not denied when none are named", async () => {
    const config = { deny: ["198.51.100.7"], status: 451, body: "not here\n" };
    expect(await statuses(config, "198.51.100.7", "198.51.100.8")).toEqual([451, 200]);
    expect(await statuses({ deny: ["0.0.0.0/0"] }, "1.2.3.4", "::1")).toEqual([403, 200]);
    expect(await statuses({ deny: ["::/0"] }, "1.2.3.4", "::1")).toEqual([403, 403]);
  });

  test("takes an IPv4 address within IPv6 for the IPv4 address", async () => {
    expect(await statuses({ deny: ["192.0.2.0/24"] }, "::ffff:192.0.2.9", "::ffff:c000:209")).toEqual([403, 403]);
    expect(await statuses({ deny: ["::ffff:192.0.2.0/120"] }, "192.0.2.9", "192.0.3.9")).toEqual([403, 200]);
  });

  test("lets in no address that it cannot read", async () => {
    expect(await statuses({ deny: ["192.0.2.1"] }, "", "fe80::1%eth0", "somewhere")).toEqual([403, 403, 403]);
  });

  test("agrees with the ranges of another program", async () => {
    const ipv4 = fc.tuple(fc.nat(0xffff_ffff), fc.integer({ min: 0, max: 32 })).map(([value, bits]) => {
      const mask = bits === 0 ? 0 : (0xffff_ffff << (32 - bits)) >>> 0;
      const text = (number: number): string => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
      return { family: "ipv4" as const, base: text((value & mask) >>> 0), bits };
    });
    const ipv6 = fc
      .tuple(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), fc.integer({ min: 0, max: 128 }))
      .map(([value, bits]) => {
        const masked = (value >> BigInt(128 - bits)) << BigInt(128 - bits);
        const groups = Array.from({ length: 8 }, (_, i) => ((masked >> BigInt(112 - i * 16)) & 0xffffn).toString(16));
        return { family: "ipv6" as const, base: groups.join(":"), bits };
      });
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(ipv4, ipv6),
        fc.array(address, { minLength: 1, maxLength: 20 }),
        async (range, sent) => {
          const model = new BlockList();
          model.addSubnet(range.base, range.bits, range.family);
          const addresses = [range.base, ...sent].filter((text) => text.includes(".") || range.family === "ipv6");
          const expected = addresses.map((text) =>
            model.check(text, text.includes(":") ? "ipv6" : "ipv4") ? 403 : 200,
          );
          // In this filter IPv4 is a part of IPv6, whose larger ranges hold all of it.
          if (range.family === "ipv6" && range.bits < 97) return;
          expect(await statuses({ deny: [`${range.base}/${range.bits}`] }, ...addresses)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("reads addresses in every form", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.ipV6(), fc.ipV4()), async (text) => {
        expect(await statuses({ deny: [text] }, text, "203.0.113.99")).toEqual([
          403,
          text === "203.0.113.99" ? 403 : 200,
        ]);
      }),
      { numRuns: 100 },
    );
  });

  test("refuses what is no range", async () => {
    const wrong = [
      "",
      "a",
      "1.2.3",
      "1.2.3.4.5",
      "1.2.3.256",
      "01.2.3.4",
      "1.2.3.4/33",
      "1.2.3.4/",
      "1.2.3.4/24",
      "1.2.3.4/08",
    ];
    wrong.push(
      ":",
      ":::",
      "1::2::3",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "12345::",
      "::1/129",
      "::1/64",
      "1:2:3:4:5:6:7:1.2.3.4",
    );
    for (const range of wrong) {
      expect(await refusalOf("ip-allow-deny", { allow: [range] })).toContain(`"${range}" is no address and no range`);
    }
    expect(await refusalOf("ip-allow-deny", {})).toContain("allow or deny is needed");
    expect(await refusalOf("ip-allow-deny", { deny: "1.2.3.4" })).toContain("deny: must be a list");
  });
});

describe("maintenance-page", () => {
  const secret = `{SHA256}${createHash("sha256").update("let me in").digest("base64")}`;

  test("answers everybody, with what was configured", async () => {
    const trial = await FilterTrial.open("maintenance-page", {
      body: "<p>back soon</p>",
      content_type: "text/html",
      retry_after_s: 90,
    });
    const { status, body, response } = trial.send();
    expect([status, body]).toEqual([503, "<p>back soon</p>"]);
    expect(["content-type", "retry-after", "cache-control"].map((name) => response.get(name))).toEqual([
      ...["text/html", "90", "no-store"],
    ]);
    trial.close();
    const plain = await FilterTrial.open("maintenance-page", { status: 200, retry_after_s: 0 });
    expect([plain.send().status, plain.send().response.has("retry-after")]).toEqual([200, false]);
    plain.close();
  });

  test("lets in some addresses, and those who know a secret, which the backend does not see", async () => {
    const bypass = { addresses: ["10.0.0.0/8"], header: "X-Letmein", secret };
    const trial = await FilterTrial.open("maintenance-page", { bypass });
    expect(trial.send({ clientAddress: "10.1.2.3" }).status).toBe(200);
    expect(trial.send({ clientAddress: "11.1.2.3" }).status).toBe(503);
    const outcome = trial.send({ fields: ["x-letmein", "let me in", "x-a", "1"] });
    expect([outcome.status, outcome.request.fields]).toEqual([200, ["x-a", "1"]]);
    for (const value of ["", "let me", secret]) expect(trial.send({ fields: ["x-letmein", value] }).status).toBe(503);
    trial.close();
  });

  test("does nothing while it is turned off", async () => {
    const trial = await FilterTrial.open("maintenance-page", { enabled: false });
    expect(trial.send().isReply).toBe(false);
    trial.close();
  });

  test("refuses half a bypass", async () => {
    expect(await refusalOf("maintenance-page", { bypass: { header: "x-a" } })).toContain("bypass.secret");
    expect(await refusalOf("maintenance-page", { bypass: { secret } })).toContain("bypass.secret");
    expect(await refusalOf("maintenance-page", { bypass: { header: "x-a", secret: "plain" } })).toContain(
      "bypass.secret",
    );
    expect(await refusalOf("maintenance-page", { bypass: { addresses: ["10"] } })).toContain("bypass.addresses");
    expect(await refusalOf("maintenance-page", { status: 99 })).toContain("status");
  });
});
