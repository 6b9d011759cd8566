import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FAILURES } from "./catalogue.ts";
import type { Failure } from "./failure.ts";
import { REQUEST_FAILURES } from "./request-failures.ts";
import { STARTUP_FAILURES } from "./startup-failures.ts";

const all: readonly Failure[] = Object.values(FAILURES);

function documentedRows(): string[] {
  const text = readFileSync(join(import.meta.dir, "../../docs/errors.md"), "utf8");
  return text.split("\n").filter((line) => line.startsWith("| `SPK_"));
}

function rowOf({ code, status, message, source, retryable }: Failure): string {
  return `| \`${code}\` | ${status === 0 ? "–" : status} | ${message} | ${source} | ${retryable ? "yes" : "no"} |`;
}

describe("the error catalogue", () => {
  test("is listed row by row in docs/errors.md, and nothing else is", () => {
    expect(documentedRows().toSorted()).toEqual(all.map(rowOf).toSorted());
  });

  test("has one code for each entry, in the one form", () => {
    const codes = all.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) expect(code).toMatch(/^SPK_[A-Z0-9]+(?:_[A-Z0-9]+)+$/u);
  });

  test("loses no entry when its parts are put together", () => {
    expect(all).toHaveLength(Object.keys(REQUEST_FAILURES).length + Object.keys(STARTUP_FAILURES).length);
  });

  test("answers clients with error statuses only, and start-up failures with none", () => {
    for (const { status } of Object.values<Failure>(REQUEST_FAILURES)) {
      expect(status === 0 || (status >= 400 && status <= 599)).toBe(true);
    }
    for (const { status } of Object.values<Failure>(STARTUP_FAILURES)) expect(status).toBe(0);
  });

  test("blames clients with 4xx and everyone else with 5xx, but for what HTTP says otherwise of", () => {
    // 501 and 505 answer what the server cannot do, which is the client's choice all the same.
    for (const { status, source } of all) {
      if (status !== 0) expect(status < 500 || status === 501 || status === 505).toBe(source === "client");
    }
  });

  test("says each message in one short line without a full stop", () => {
    for (const { message } of all) expect(message).toMatch(/^[ -~]{3,60}(?<!\.)$/u);
  });

  test("marks retryable only what was surely not processed", () => {
    const retryable = Object.entries<Failure>(FAILURES).filter(([, failure]) => failure.retryable);
    expect(retryable.map(([name]) => name).toSorted()).toEqual([
      "draining",
      "upstreamConnectFailed",
      "upstreamRefusedStream",
    ]);
  });
});
