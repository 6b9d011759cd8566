/** What ships beside each filter: its README and the JSON Schema of its config say the same as the module. */
import { describe, expect, test } from "bun:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { existsSync } from "node:fs";
import { parseConfig } from "../src/config/parse-config.ts";
import { FilterTrial, refusalOf } from "./support/filter-trial.ts";
import { findCodeBlocks } from "./support/markdown.ts";
import { findRepositoryFiles, readRepositoryFile, repository } from "./support/repository-files.ts";

interface ConfigSchema {
  readonly properties: Readonly<Record<string, object>>;
}

const LISTEN = "version: 1\nlisten: {port: 1, tls: {cert: c.pem, key: k.pem}}\n";
const UPSTREAM = 'upstream: {a: {route: {path_prefix: /}, backends: [{id: a, address: "http://127.0.0.1:1"}]}}\n';

const names = findRepositoryFiles("filters/*/schema.json").map((path) => path.split("/")[1] ?? "");

async function readSchema(name: string): Promise<ConfigSchema> {
  return JSON.parse(await readRepositoryFile(`filters/${name}/schema.json`)) as ConfigSchema;
}

test("there are eleven of them, and the documentation lists each", async () => {
  expect(names).toHaveLength(11);
  const page = await readRepositoryFile("docs/filters.md");
  for (const name of names) expect(page).toContain(`[\`${name}\`](../filters/${name}/README.md)`);
});

describe.each(names)("%s", (name) => {
  test("has examples that its schema and its module take", async () => {
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false }).compile(
      await readSchema(name),
    );
    let count = 0;
    for (const { language, text } of findCodeBlocks(await readRepositoryFile(`filters/${name}/README.md`))) {
      if (language !== "yaml") continue;
      const result = parseConfig(LISTEN + UPSTREAM + text, "README.md");
      if ("errors" in result) throw new Error(JSON.stringify(result.errors));
      for (const filter of result.config.filters) {
        expect(filter.builtin).toBe(name);
        expect([validate(filter.config), validate.errors]).toEqual([true, null]);
        (await FilterTrial.open(name, filter.config)).close();
        count++;
      }
    }
    expect(count).toBeGreaterThan(0);
  });

  test("knows every key of its schema, and no others", async () => {
    const { properties } = await readSchema(name);
    const readme = await readRepositoryFile(`filters/${name}/README.md`);
    for (const key of Object.keys(properties)) {
      expect(readme).toContain(`| \`${key}\` |`);
      // No key takes a list in a list, so that the module complains of the value if it knows the key.
      const detail = await refusalOf(name, { [key]: [[]] });
      expect(detail).not.toContain("unknown key");
    }
    expect(existsSync(`${repository}wasm/${name}.wasm`)).toBe(true);
  });
});

test.each(["request-id", "security-headers", "maintenance-page"])(
  "%s refuses a key that it does not know",
  async (name) => {
    expect(await refusalOf(name, { no_such_key: 1 })).toContain("no_such_key: unknown key");
  },
);
