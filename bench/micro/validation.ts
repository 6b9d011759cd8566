import { createRequestHead } from "../../src/http/head.ts";
import { DEFAULT_HEAD_LIMITS } from "../../src/http/head-limits.ts";
import { canonicalPath } from "../../src/http/path.ts";
import { readRequestDictionary, readRequestFields } from "../../src/http/request-fields.ts";
import type { Benchmark } from "./measure.ts";
import { BROWSER_HEAD } from "./typical-request.ts";

/** Checking and reading a browser's request head, and bringing paths into their one form. */
export function validationBenchmarks(): Benchmark[] {
  const flat = Object.entries(BROWSER_HEAD).flat();
  return [
    {
      name: "read a head (HTTP/3)",
      run: () => succeed(readRequestDictionary(createRequestHead(), BROWSER_HEAD, DEFAULT_HEAD_LIMITS)),
    },
    {
      name: "read a head (HTTP/2)",
      run: () => succeed(readRequestFields(createRequestHead(flat.slice()), DEFAULT_HEAD_LIMITS)),
    },
    { name: "path that is canonical", run: () => canonicalPath("/catalogue/shoes/red?page=2&sort=price") },
    { name: "path that is not", run: () => canonicalPath("/catalogue/./shoes//%72ed/../blue?page=2&sort=price") },
  ];
}

function succeed(result: unknown): number {
  if (typeof result !== "number") throw new Error("a good head was refused");
  return result;
}
