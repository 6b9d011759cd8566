import { expect, test } from "bun:test";
import { isRequestKey } from "./request-key.ts";

test("isRequestKey knows every kind of key, in any case and with space around it", () => {
  for (const key of ["path", "authority", "method", "cid", "sticky-cid", "peer_ip", "client_ip", "bearer_token"]) {
    expect(isRequestKey(key)).toBe(true);
    expect(isRequestKey(` ${key.toUpperCase()} `)).toBe(true);
  }
  for (const key of ["header:x-user", "cookie:session", "query:q", "Header: X-User"])
    expect(isRequestKey(key)).toBe(true);
});

test("isRequestKey refuses everything else", () => {
  for (const key of ["", "paths", "header", "header:", "header: ", "cookie:a b", "body:x", "header:a\nb"]) {
    expect(isRequestKey(key)).toBe(false);
  }
});
