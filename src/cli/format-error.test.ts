import { expect, test } from "bun:test";
import { FAILURES } from "../errors/catalogue.ts";
import { SpookyError } from "../errors/spooky-error.ts";
import { formatError } from "./format-error.ts";

test("a failure is one line with place, code, cause and hint", () => {
  const error = new SpookyError(FAILURES.listenAddressInUse, "127.0.0.1:9889/udp", {
    place: { file: "spooky.yaml", line: 3, column: 9 },
    hint: "stop what listens there",
  });
  expect(formatError(error)).toBe(
    "spooky.yaml:3:9: error SPK_LISTEN_ADDRESS_IN_USE: listen address is in use: 127.0.0.1:9889/udp (stop what listens there)",
  );
});

test("a failure without place and hint leaves both out", () => {
  expect(formatError(new SpookyError(FAILURES.shardFailed, ""))).toBe(
    "error SPK_SHARD_FAILED: a shard could not be started",
  );
});

test("an unexpected error keeps its stack and has the internal code", () => {
  expect(formatError(new TypeError("oops"))).toMatch(/^error SPK_SERVER_INTERNAL: TypeError: oops\n\s+at /u);
  expect(formatError("oops")).toBe("error SPK_SERVER_INTERNAL: oops");
});
