/** What package.json, the lock file and the files at the root promise. */
import { describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findTrackedFiles, readRepositoryFile, repository } from "./support/repository-files.ts";

interface Manifest {
  readonly license: string;
  readonly version: string;
  readonly private: boolean;
  readonly scripts: Readonly<Record<string, string>>;
  readonly trustedDependencies: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest: Manifest = JSON.parse(await readRepositoryFile("package.json"));
const pin = manifest.devDependencies["bun"] ?? "";

describe("package.json", () => {
  test("pins every dependency to one exact version", () => {
    const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  test("is the only place that names the version of Bun", async () => {
    expect(pin).toMatch(/^\d+\.\d+\.\d+$/);
    const naming: string[] = [];
    for (const path of findTrackedFiles()) {
      // The lock file follows package.json; the record of decisions and measurements says what they were made with.
      if (/^(?:bun\.lock|package\.json|CHANGELOG\.md|docs\/adr\/.*|docs\/performance\.md)$/.test(path)) continue;
      if (/\.(?:wasm|png)$/.test(path) || !(await Bun.file(repository + path).exists())) continue;
      const text = await readRepositoryFile(path);
      if (new RegExp(`\\bbun(?:@|[ :/-]v?)${pin.replaceAll(".", "\\.")}`, "i").test(text)) naming.push(path);
    }
    expect(naming).toEqual([]);
  });

  test("runs every command through the script that finds the pinned Bun, as the same process", () => {
    for (const command of Object.values(manifest.scripts)) expect(command).toStartWith("exec sh scripts/with-bun.sh ");
  });

  test("lets no package but Bun run a lifecycle script", () => {
    expect(manifest.trustedDependencies).toEqual(["bun"]);
  });

  test("agrees with the lock file", async () => {
    const copy = await mkdtemp(join(tmpdir(), "spooky-lock-"));
    try {
      for (const file of ["package.json", "bun.lock"]) await Bun.write(join(copy, file), Bun.file(repository + file));
      const install = Bun.spawnSync(
        [process.execPath, "install", "--frozen-lockfile", "--lockfile-only", "--offline"],
        {
          cwd: copy,
          stderr: "pipe",
        },
      );
      expect(install.stderr.toString()).not.toContain("lockfile had changes");
      const changed = { ...manifest, dependencies: { ...manifest.dependencies, yaml: "1.0.0" } };
      await Bun.write(join(copy, "package.json"), JSON.stringify(changed));
      const refused = Bun.spawnSync([process.execPath, "install", "--frozen-lockfile", "--lockfile-only"], {
        cwd: copy,
        stderr: "pipe",
      });
      expect(refused.exitCode).not.toBe(0);
    } finally {
      await rm(copy, { recursive: true });
    }
  });

  test("is what runs these tests", () => {
    expect(Bun.version).toBe(pin);
  });
});

describe("the root", () => {
  test("has a licence, the same that package.json names", async () => {
    expect(manifest.license).toBe("Apache-2.0");
    const licence = await readRepositoryFile("LICENSE");
    expect(licence).toContain("Apache License");
    expect(licence).toContain("Version 2.0, January 2004");
    expect(licence).toContain("END OF TERMS AND CONDITIONS");
  });

  test("has a change log whose newest release is this version", async () => {
    const releases = [...(await readRepositoryFile("CHANGELOG.md")).matchAll(/^## \[([^\]]+)\]/gm)].map(
      ([, name]) => name,
    );
    expect(releases[0]).toBe("Unreleased");
    expect([manifest.version, "Unreleased"]).toContain(releases[1] ?? "Unreleased");
  });
});
