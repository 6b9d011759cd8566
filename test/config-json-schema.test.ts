import { describe, expect, test } from "bun:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { CONFIG_TEMPLATE } from "../src/cli/commands/config-template.ts";
import { configJsonSchema } from "../src/config/json-schema.ts";
import { parseConfig } from "../src/config/parse-config.ts";
import { findCodeBlocks } from "./support/markdown.ts";
import { findRepositoryFiles, readRepositoryFile } from "./support/repository-files.ts";

const validate = new Ajv2020({ strict: true, allErrors: true }).compile(configJsonSchema());

function schemaErrors(yaml: string): string[] {
  validate(Bun.YAML.parse(yaml));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const LACKS_UPSTREAM = " must have required property 'upstream'";

describe("the JSON Schema of the config", () => {
  test("accepts the config that init writes", () => {
    expect(schemaErrors(CONFIG_TEMPLATE)).toEqual([]);
  });

  test("accepts every config of the documentation, whole or in part", async () => {
    const errors: string[] = [];
    let count = 0;
    for (const page of findRepositoryFiles("*.md", "docs/**/*.md", "filters/**/*.md")) {
      for (const { language, text, line } of findCodeBlocks(await readRepositoryFile(page))) {
        if (language !== "yaml") continue;
        count++;
        for (const error of schemaErrors(text)) if (error !== LACKS_UPSTREAM) errors.push(`${page}:${line}${error}`);
      }
    }
    expect(errors).toEqual([]);
    expect(count).toBeGreaterThanOrEqual(3);
  });

  test.each([
    ["worker_threads: 2", "worker_treads: 2", "/performance must NOT have additional properties"],
    ["port: 443", "port: 0", "/listen/port must be >= 1"],
    ["port: 443", "port: text", "/listen/port must be integer"],
    ["upstream:", "upstreams:", LACKS_UPSTREAM],
    ["level: info", "level: [info]", "/log/level must be string"],
  ])("refuses what the config reader refuses (%s as %s)", (right, wrong, error) => {
    const yaml = CONFIG_TEMPLATE.replace(right, wrong);
    expect(yaml).not.toBe(CONFIG_TEMPLATE);
    expect(schemaErrors(yaml)).toContain(error);
    expect(parseConfig(yaml, "wrong.yaml")).toHaveProperty("errors");
  });

  test("has the default of each key, and says of each value what it is to be", () => {
    const undescribed: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== "object" || node === null) return;
      for (const [key, property] of Object.entries("properties" in node ? (node.properties as object) : {})) {
        if (!("description" in property)) undescribed.push(`${path}/${key}`);
      }
      for (const [key, inner] of Object.entries(node)) visit(inner, `${path}/${key}`);
    };
    const schema = configJsonSchema();
    visit(schema, "");
    expect(undescribed).toEqual([]);
    expect(schema).toHaveProperty("properties.performance.properties.backend_connect_timeout_ms", {
      type: "integer",
      minimum: 1,
      maximum: 2_147_483_647,
      default: 500,
      description: "a whole number of milliseconds from 1 to 2147483647",
    });
  });
});
