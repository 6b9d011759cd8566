import { expect, test } from "bun:test";
import { parseConfig } from "../parse-config.ts";

function parseFilter(entry: string): ReturnType<typeof parseConfig> {
  const text = `version: 1
listen: {tls: {cert: c.pem, key: k.pem}}
upstream:
  app: {route: {path_prefix: /}, backends: [{id: a, address: "http://127.0.0.1:1"}]}
filters:
  - {name: f, builtin: header-rewrite${entry}}
`;
  return parseConfig(text, "spooky.yaml");
}

test.each(["reload", "closed", "open"])("a filter may fail %s", (mode) => {
  const result = parseFilter(`, on_failure: ${mode}`);
  expect("errors" in result ? result.errors : (result.config.filters[0]?.on_failure as string)).toBe(mode);
});

test("a filter that does not say how it fails is built again", () => {
  const result = parseFilter("");
  expect("errors" in result ? result.errors : (result.config.filters[0]?.on_failure as string)).toBe("reload");
});

test("there is no other way to fail", () => {
  const result = parseFilter(", on_failure: sometimes");
  expect("errors" in result ? result.errors.map(({ message }) => message).join() : "").not.toBe("");
});

test("capabilities are names of functions of the host", () => {
  const result = parseFilter(", capabilities: [proxy_log], limits: {log_lines_per_second: 5}");
  if ("errors" in result) throw new Error(JSON.stringify(result.errors));
  expect(result.config.filters[0]?.capabilities).toEqual(["proxy_log"]);
  expect(result.config.filters[0]?.limits.log_lines_per_second).toBe(5);
  expect("errors" in parseFilter(", capabilities: [log]")).toBe(true);
  expect("errors" in parseFilter(", capabilities: proxy_log")).toBe(true);
  expect("errors" in parseFilter(", limits: {log_lines: 5}")).toBe(true);
});
