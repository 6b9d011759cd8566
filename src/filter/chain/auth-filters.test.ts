import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { FilterTrial, refusalOf } from "../../../test/support/filter-trial.ts";

function digest(secret: string | Uint8Array): string {
  return `{SHA256}${createHash("sha256").update(secret).digest("base64")}`;
}

function basic(name: string, password: string): readonly string[] {
  return ["authorization", `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`];
}

describe("basic-auth", () => {
  const config = {
    users: [`ann:${digest("correct horse")}`, `bob:${digest("")}`, `ann:${digest("second")}`],
    realm: "staff",
    user_header: "X-User",
  };

  test("lets in who knows a password, names them, and keeps the password from the backend", async () => {
    const trial = await FilterTrial.open("basic-auth", config);
    for (const [name, password] of [
      ["ann", "correct horse"],
      ["ann", "second"],
      ["bob", ""],
    ] as const) {
      const { isReply, request } = trial.send({ fields: ["x-user", "forged", ...basic(name, password)] });
      expect(isReply).toBe(false);
      expect(request.fields).toEqual(["x-user", name]);
    }
    const [, value = ""] = basic("ann", "second");
    expect(trial.send({ fields: ["authorization", value.replace("Basic", "bAsIc")] }).isReply).toBe(false);
    trial.close();
  });

  test("asks everybody else", async () => {
    const trial = await FilterTrial.open("basic-auth", config);
    const wrong = [
      [],
      basic("ann", "wrong"),
      basic("bob", "correct horse"),
      basic("", "correct horse"),
      basic("ann:", "second"),
      basic("ann", "s".repeat(2000)),
      ["authorization", "Basic"],
      ["authorization", "Basic !!!!"],
      ["authorization", `Bearer ${basic("ann", "second")[1]?.slice(6)}`],
      ["authorization", `${basic("ann", "second")[1]}, ${basic("ann", "second")[1]}`],
      ["authorization", `Basic ${Buffer.from("ann").toString("base64")}`],
    ];
    for (const fields of wrong) {
      const { status, isReply, response } = trial.send({ fields });
      expect([status, isReply]).toEqual([401, true]);
      expect(response.get("www-authenticate")).toBe('Basic realm="staff", charset="UTF-8"');
    }
    trial.close();
  });

  test("can leave the credentials to the backend", async () => {
    const trial = await FilterTrial.open("basic-auth", { users: config.users, hide_credentials: false });
    expect(trial.send({ fields: basic("ann", "second") }).request.fields).toEqual([...basic("ann", "second")]);
    trial.close();
  });

  test("refuses users without a digest, and does not show what they have instead", async () => {
    for (const user of [
      "ann",
      "ann:hunter2",
      "ann:{SHA256}",
      "ann:{SHA256}aGk=",
      `:${digest("a")}`,
      `ann:{SHA}${digest("a")}`,
    ]) {
      const detail = await refusalOf("basic-auth", { users: [user] });
      expect(detail).toContain("users[0]");
      expect(detail).not.toContain("hunter2");
    }
    expect(await refusalOf("basic-auth", {})).toContain("users: at least one");
    expect(await refusalOf("basic-auth", { ...config, realm: 'a"b' })).toContain("realm");
    expect(await refusalOf("basic-auth", { ...config, user_header: "x y" })).toContain("user_header");
  });
});

describe("key-auth", () => {
  const config = {
    keys: [
      { name: "shop", key: digest("k-1") },
      { name: "partner", key: digest("k-2") },
    ],
    consumer_header: "x-consumer",
  };

  test("lets in who has a key, names them, and keeps the key from the backend", async () => {
    const trial = await FilterTrial.open("key-auth", config);
    const { isReply, request } = trial.send({ fields: ["x-consumer", "forged", "x-api-key", "k-2"] });
    expect(isReply).toBe(false);
    expect(request.fields).toEqual(["x-consumer", "partner"]);
    for (const fields of [[], ["x-api-key", "k-3"], ["x-api-key", ""], ["x-api-key", "k-1", "x-api-key", "k-2"]]) {
      expect(trial.send({ fields }).status).toBe(401);
    }
    trial.close();
  });

  test("takes the key from another header, behind a prefix", async () => {
    const other = { keys: config.keys, header: "Authorization", prefix: "Bearer ", hide_key: false };
    const trial = await FilterTrial.open("key-auth", other);
    expect(trial.send({ fields: ["authorization", "bearer k-1"] }).isReply).toBe(false);
    expect(trial.send({ fields: ["authorization", "k-1"] }).status).toBe(401);
    expect(trial.send({ fields: ["authorization", "bearer k-1"] }).request.get("authorization")).toBe("bearer k-1");
    trial.close();
  });

  test("hashes keys of every length as SHA-256 does", async () => {
    const trial = await FilterTrial.open("key-auth", { keys: [{ name: "none", key: digest("none") }] });
    trial.close();
    for (const length of [1, 54, 55, 56, 57, 63, 64, 65, 118, 119, 120, 127, 128, 129, 1024]) {
      const key = "k".repeat(length);
      const own = await FilterTrial.open("key-auth", { keys: [{ name: "own", key: digest(key) }] });
      expect([length, own.send({ fields: ["x-api-key", key] }).status]).toEqual([length, 200]);
      expect(own.send({ fields: ["x-api-key", `${key.slice(1)}l`] }).status).toBe(401);
      own.close();
    }
  });

  test("finds the one key among many", async () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[\x21-\x7e]{1,80}$/u), { minLength: 2, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(names, async ([missing = "", ...present]) => {
        const keys = present.map((key, index) => ({ name: `c${index}`, key: digest(key) }));
        const trial = await FilterTrial.open("key-auth", { keys, consumer_header: "x-consumer" });
        for (const [index, key] of present.entries()) {
          expect(trial.send({ fields: ["x-api-key", key] }).request.get("x-consumer")).toBe(`c${index}`);
        }
        expect(trial.send({ fields: ["x-api-key", missing] }).status).toBe(401);
        trial.close();
      }),
      { numRuns: 25 },
    );
  });

  test("refuses a config without keys, names or digests", async () => {
    expect(await refusalOf("key-auth", {})).toContain("keys: at least one");
    expect(await refusalOf("key-auth", { keys: [{ key: digest("a") }] })).toContain("keys[0].name");
    expect(await refusalOf("key-auth", { keys: [{ name: "a", key: "plain" }] })).toContain("keys[0].key");
    expect(await refusalOf("key-auth", { keys: [{ name: "a", key: digest("a"), role: 1 }] })).toContain("unknown key");
    expect(await refusalOf("key-auth", { ...config, header: "" })).toContain("header: is no header name");
  });
});
