import { expect, test } from "bun:test";
import { parseConfig } from "../../config/parse-config.ts";
import { DEMO_PORT, demoConfig, demoPorts } from "./demo-config.ts";

const PATHS = { certificatePath: '/tmp/a "strange" place/localhost.pem', keyPath: "/tmp/key: #1.pem" };

test("the demo's config is right, whatever the paths look like", () => {
  const result = parseConfig(demoConfig(PATHS), "spooky.yaml");
  if ("errors" in result) throw new Error(result.errors.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  const { config } = result;
  expect(config.listeners).toHaveLength(1);
  expect(config.listeners[0]).toMatchObject({ address: "127.0.0.1", port: DEMO_PORT });
  expect(config.listeners[0]?.tls).toMatchObject({ cert: PATHS.certificatePath, key: PATHS.keyPath });
  expect(config.upstream["demo"]?.backends[0]?.endpoint).toMatchObject({ scheme: "http", port: 9890 });
});

test("the demo's config puts all three kinds of module in the way of a request", () => {
  const result = parseConfig(demoConfig(PATHS), "spooky.yaml");
  if ("errors" in result) throw new Error("the config is wrong");
  expect(result.config.routing.builtin).toBe("router");
  expect(result.config.filters.map(({ builtin }) => builtin)).toEqual(["header-rewrite"]);
  expect(result.config.upstream["demo"]?.load_balancing.type).toBe("round-robin");
});

test("variables reach the filter as they are meant for it", () => {
  expect(demoConfig(PATHS)).toContain('"${request_id}"');
});

test("another port brings the others along", () => {
  const result = parseConfig(demoConfig(PATHS, demoPorts(20_000)), "spooky.yaml");
  if ("errors" in result) throw new Error("the config is wrong");
  const { listeners, upstream, observability } = result.config;
  expect(listeners[0]?.port).toBe(20_000);
  expect(upstream["demo"]?.backends[0]?.endpoint.port).toBe(20_001);
  expect([observability.metrics.port, observability.control_api.port]).toEqual([20_002, 20_003]);
});
