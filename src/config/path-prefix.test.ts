import { expect, test } from "bun:test";
import fc from "fast-check";
import { canonicalPath } from "../http/path.ts";
import { normalizePathPrefix } from "./path-prefix.ts";

test.each([
  ["/", "/"],
  ["/api", "/api"],
  ["/api/", "/api"],
  ["/a//b/./c/../d", "/a/b/d"],
  ["/%61%2d%c3", "/a-%C3"],
  ["/café", "/caf%C3%A9"],
])("normalizePathPrefix makes %p %p", (prefix, normal) => {
  expect(normalizePathPrefix(prefix)).toBe(normal);
});

test.each(["", "api", "*", "/a?b", "/a#b", "/a b", "/a\n", "/%", "/%2", "/%zz", "/a\\b", "/\ud800"])(
  "normalizePathPrefix refuses %p",
  (prefix) => {
    expect(normalizePathPrefix(prefix)).toBeUndefined();
  },
);

test("a normalised prefix is what a request for it is normalised to", () => {
  fc.assert(
    fc.property(fc.webPath({ size: "medium" }), (path) => {
      const normal = normalizePathPrefix(path === "" ? "/" : path);
      if (normal === undefined) return;
      expect(canonicalPath(normal)).toBe(normal);
      expect(normalizePathPrefix(normal)).toBe(normal);
    }),
  );
});
