import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findTarMember } from "./tar-member.ts";

/** What the system's own tar makes of some files. */
function tarOf(files: Readonly<Record<string, string>>): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "spooky-tar-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(folder, name, ".."), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    const run = Bun.spawnSync(["tar", "--format=ustar", "-C", folder, "-cf", "-", "."]);
    if (run.exitCode !== 0) throw new Error(run.stderr.toString());
    return run.stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function textOf(member: Uint8Array | undefined): string | undefined {
  return member === undefined ? undefined : Buffer.from(member).toString();
}

describe("a member of a tar archive", () => {
  test("is found by its name before all others", () => {
    const archive = tarOf({ "plugin.wasm": "one", "other.wasm": "two", "README.md": "three" });
    expect(textOf(findTarMember(archive, "plugin.wasm", ".wasm"))).toBe("one");
  });

  test("is found by its ending when it is the only one, in whatever folder", () => {
    const archive = tarOf({ "a/b/filter.wasm": "x".repeat(1500), "a/notes.txt": "n" });
    expect(textOf(findTarMember(archive, "plugin.wasm", ".wasm"))).toBe("x".repeat(1500));
  });

  test("is not guessed", () => {
    expect(findTarMember(tarOf({ "a.wasm": "1", "b.wasm": "2" }), "plugin.wasm", ".wasm")).toBeUndefined();
    expect(findTarMember(tarOf({ "a.txt": "1" }), "plugin.wasm", ".wasm")).toBeUndefined();
  });

  test("is not found in what is no archive, and no bytes make the search fail", () => {
    for (let seed = 0; seed < 500; seed++) {
      const noise = Uint8Array.from({ length: 1024 + seed }, (_, i) => (i * 7919 + seed * 104_729) & 0xff);
      expect(findTarMember(noise, "plugin.wasm", ".wasm")).toBeUndefined();
    }
    const archive = tarOf({ "plugin.wasm": "y".repeat(3000) });
    for (let end = 0; end < archive.length; end += 97) {
      expect(() => findTarMember(archive.subarray(0, end), "plugin.wasm", ".wasm")).not.toThrow();
    }
  });
});
