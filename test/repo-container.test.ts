/**
 * The container image, as far as it can be checked without building it: what it copies exists and runs by itself, it
 * has no rights, and its health check tells health from sickness.
 */
import { describe, expect, test } from "bun:test";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copiedFromContext, isInContext, parseDockerfile } from "./support/dockerfile.ts";
import { findRepositoryFiles, readRepositoryFile, repository } from "./support/repository-files.ts";

const instructions = parseDockerfile(await readRepositoryFile("Dockerfile"));
const dockerignore = await readRepositoryFile(".dockerignore");
const lastStage = instructions.at(-1)?.stage ?? -1;
const last = instructions.filter(({ stage }) => stage === lastStage);
const textsOf = (name: string): string[] => last.filter((one) => one.name === name).map(({ text }) => text);

/** Files of the repository below a path that COPY names. */
function filesBelow(source: string): string[] {
  return findRepositoryFiles(source, `${source}/**/*`);
}

describe("the Dockerfile", () => {
  test("copies only what exists and what .dockerignore lets through", () => {
    const missing: string[] = [];
    for (const instruction of instructions.filter(({ name }) => name === "COPY")) {
      for (const source of copiedFromContext(instruction)?.sources ?? []) {
        const files = filesBelow(source);
        if (files.length === 0) missing.push(source);
        const kept = files.filter((path) => isInContext(dockerignore, path));
        if (kept.length === 0) missing.push(`${source} (ignored)`);
      }
    }
    expect(missing).toEqual([]);
  });

  test("lets neither tests nor anything unnamed into the build", () => {
    for (const path of ["src/http/path.test.ts", "spooky.yaml", "certs/key.pem", ".git/config", "node_modules/zod/a"]) {
      expect(isInContext(dockerignore, path)).toBe(false);
    }
    expect(isInContext(dockerignore, "src/main.ts")).toBe(true);
    expect(isInContext(dockerignore, "wasm/router.wasm")).toBe(true);
  });

  test("ends as a user without rights, that is known by number", () => {
    const [user] = textsOf("USER").slice(-1);
    const created = textsOf("RUN").find((text) => text.includes("useradd")) ?? "";
    expect(user).toBe("spooky");
    expect(Number(/--uid (\d+)/.exec(created)?.[1] ?? 0)).toBeGreaterThan(999);
    const order = last.map(({ name }) => name);
    expect(order.lastIndexOf("USER")).toBeLessThan(order.indexOf("ENTRYPOINT"));
  });

  test("keeps all that it writes in one directory", () => {
    expect(textsOf("VOLUME")).toEqual(["/state"]);
    expect(textsOf("WORKDIR").at(-1)).toBe("/state");
    expect(textsOf("ENV").join(" ")).toContain("SPOOKY_STATE_DIR=/state");
    expect(textsOf("ENV").join(" ")).toContain("BUN_RUNTIME_TRANSPILER_CACHE_PATH=0");
  });

  test("has a health check and stops with the signal that drains", () => {
    expect(textsOf("HEALTHCHECK").join()).toContain('CMD ["bun", "/app/scripts/container-health.ts"]');
    expect(textsOf("STOPSIGNAL")).toEqual(["SIGTERM"]);
    expect(textsOf("ENTRYPOINT")).toEqual(['["bun", "/app/src/main.ts"]']);
  });

  test("copies enough for the program to start, and the shards' modules with it", () => {
    const app = mkdtempSync(join(tmpdir(), "spooky-image-"));
    try {
      for (const instruction of last.filter(({ name }) => name === "COPY")) {
        const copied = copiedFromContext(instruction);
        for (const path of (copied?.sources ?? []).flatMap(filesBelow)) {
          if (isInContext(dockerignore, path)) cpSync(repository + path, join(app, path));
        }
      }
      symlinkSync(`${repository}node_modules`, join(app, "node_modules"));
      const version = Bun.spawnSync([process.execPath, "src/main.ts", "--version"], { cwd: app });
      expect(version.stdout.toString()).toStartWith("spooky ");
      // Everything that a daemon and a shard import must be there, not only what --version needs.
      const entries = ["src/main.ts", "src/cli/demo/demo.ts", "src/supervisor/supervisor.ts", "src/shard/main.ts"];
      const build = Bun.spawnSync(
        [process.execPath, "build", "--target=bun", "--packages=external", "--outdir=out", ...entries],
        { cwd: app, stderr: "pipe" },
      );
      expect(build.stderr.toString()).not.toContain("error");
      expect(build.exitCode).toBe(0);
    } finally {
      rmSync(app, { recursive: true });
    }
  });
});

describe("the health check of the image", () => {
  async function check(url: string): Promise<number> {
    const child = Bun.spawn([process.execPath, "scripts/container-health.ts"], {
      cwd: repository,
      env: { ...process.env, SPOOKY_HEALTH_URL: url },
      stdio: ["ignore", "ignore", "ignore"],
    });
    return child.exited;
  }

  test("is good when the proxy says so, and bad when it says no or nothing", async () => {
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) => new Response("", { status: request.url.endsWith("/health") ? 200 : 503 }),
    });
    const origin = `http://127.0.0.1:${server.port}`;
    try {
      expect(await check(`${origin}/health`)).toBe(0);
      expect(await check(`${origin}/drained`)).toBe(1);
    } finally {
      await server.stop(true);
    }
    expect(await check(`${origin}/health`)).toBe(1);
  });
});
