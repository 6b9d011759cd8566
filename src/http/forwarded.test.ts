import { expect, test } from "bun:test";
import { createForwardedClient, forwardedElement, mergeForwarded, viaOf } from "./forwarded.ts";

test("names each version in via as RFC 9110 §7.6.3 does", () => {
  const versions = ["HTTP/3", "HTTP/2", "HTTP/1.1", "HTTP/1.0"] as const;
  expect(versions.map(viaOf)).toEqual(["3 spooky", "2 spooky", "1.1 spooky", "1.0 spooky"]);
});

test("quotes hosts with ports and IPv6 clients in forwarded", () => {
  const client = createForwardedClient("::1", "http", "HTTP/2");
  expect(client.address).toBe("::1");
  expect(forwardedElement(client, "[::1]:8080")).toBe('for="[::1]";proto=http;host="[::1]:8080"');
});

test("takes nothing that came in for something when it is empty", () => {
  for (const mode of ["overwrite", "append", "preserve"] as const) {
    expect(mergeForwarded(mode, "", "own")).toBe("own");
    expect(mergeForwarded(mode, undefined, "own")).toBe("own");
  }
  expect(mergeForwarded("overwrite", "in", "own")).toBe("own");
  expect(mergeForwarded("append", "in", "own")).toBe("in, own");
  expect(mergeForwarded("preserve", "in", "own")).toBe("in");
});
