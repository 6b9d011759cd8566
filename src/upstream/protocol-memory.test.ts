import { expect, test } from "bun:test";
import { ProtocolMemory } from "./protocol-memory.ts";

test("what worked comes first, and the rest stays possible", () => {
  const memory = new ProtocolMemory("auto");
  expect(memory.plans).toEqual(["tls", "h2c", "http1"]);
  memory.remember("http1");
  expect(memory.plans).toEqual(["http1", "tls", "h2c"]);
  memory.remember("h2c");
  expect(memory.plans).toEqual(["h2c", "tls", "http1"]);
  memory.forget();
  expect(memory.plans).toEqual(["tls", "h2c", "http1"]);
});

test("https knows TLS alone, http never tries it", () => {
  const secure = new ProtocolMemory("https");
  secure.remember("tls");
  expect(secure.plans).toEqual(["tls"]);
  expect(new ProtocolMemory("http").plans).toEqual(["h2c", "http1"]);
});
