import { expect, test } from "bun:test";
import { nearestWord } from "./nearest-word.ts";

const WORDS = ["listen", "listeners", "upstream", "upstream_tls", "log", "filters", "path_prefix"];

test.each([
  ["lisen", "listen"],
  ["listner", "listen"],
  ["listners", "listeners"],
  ["upstrem", "upstream"],
  ["upstreams", "upstream"],
  ["Upstream-TLS", "upstream_tls"],
  ["lgo", "log"],
  ["path-prefix", "path_prefix"],
  ["filter", "filters"],
])("nearestWord takes %p for %p", (typed, word) => {
  expect(nearestWord(typed, WORDS)).toBe(word);
});

test.each(["", "x", "tracing", "zzzzzzzz", "l".repeat(1000)])("nearestWord makes no guess for %p", (typed) => {
  expect(nearestWord(typed, WORDS)).toBeUndefined();
});
