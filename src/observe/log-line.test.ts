import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createJsonFormatter, createPlainFormatter } from "./log-line.ts";

const TIME = "2026-01-02T03:04:05.678Z";
const json = createJsonFormatter({});
const plain = createPlainFormatter({});
/** Any text, with more of what could break a line than chance would bring. */
const nastyText = fc.string({
  unit: fc.oneof(fc.constantFrom("\n", "\r", '"', "\\", "\u001b", "\u009b", "\u2028", " ", "="), fc.string()),
});

describe("JSON lines", () => {
  test("begin with ts, level, target and msg, then the fields", () => {
    expect(json.format(TIME, "warn", "spooky_edge", "slow", { latency_ms: 1.5, is_tls: true, path: "/a b" })).toBe(
      `{"ts":"${TIME}","level":"warn","target":"spooky_edge","msg":"slow","latency_ms":1.5,"is_tls":true,"path":"/a b"}\n`,
    );
  });

  test("carry the common fields and leave undefined ones out", () => {
    const line = createJsonFormatter({ shard: 3, none: undefined }).format(TIME, "info", "t", "m", { gone: undefined });
    expect(JSON.parse(line)).toEqual({ ts: TIME, level: "info", target: "t", msg: "m", shard: 3 });
  });

  test("write numbers that JSON does not know as text", () => {
    expect(JSON.parse(json.format(TIME, "info", "t", "m", { a: Number.NaN, b: -Infinity }))).toMatchObject({
      a: "NaN",
      b: "-Infinity",
    });
  });

  test("hold any text in one line that parses back to it", () => {
    fc.assert(
      fc.property(nastyText, nastyText, (message, value) => {
        const line = json.format(TIME, "info", "t", message, { value });
        expect(line.indexOf("\n")).toBe(line.length - 1);
        expect(JSON.parse(line)).toMatchObject({ msg: message, value });
      }),
    );
  });
});

describe("plain lines", () => {
  test("are readable", () => {
    expect(
      plain.format(TIME, "info", "spooky_edge", "listening", { port: 9889, path: "/a?b=c", name: "two words" }),
    ).toBe(`${TIME} INFO  spooky_edge: listening port=9889 path=/a?b=c name="two words"\n`);
  });

  test("show an empty value as a pair of quotes", () => {
    expect(plain.format(TIME, "error", "t", "m", { value: "" })).toBe(`${TIME} ERROR t: m value=""\n`);
  });

  test("hold any text in one line without a control character", () => {
    fc.assert(
      fc.property(nastyText, nastyText, (message, value) => {
        const line = plain.format(TIME, "info", "t", message, { value });
        expect(line.endsWith("\n")).toBe(true);
        expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      }),
    );
  });

  test("do not let a value start a field of its own", () => {
    const line = plain.format(TIME, "info", "t", "m", { path: "/a status=200" });
    expect(line).toBe(`${TIME} INFO  t: m path="/a status=200"\n`);
  });
});
