/** `scripts/with-bun.sh`: the way every command starts. Nothing here downloads anything. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "./support/repository-files.ts";

/** Enough of a system for the script, and neither Bun nor Node.js. */
const TOOLS = ["sh", "sed", "cat", "cksum", "mkdir", "rm", "ln", "dirname", "pwd"];

let clone = "";
let tools = "";

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "spooky-launcher-"));
  tools = join(clone, "tools");
  mkdirSync(tools);
  for (const tool of TOOLS) {
    const path = Bun.which(tool);
    if (path !== null) symlinkSync(path, join(tools, tool));
  }
  mkdirSync(join(clone, "scripts"));
  for (const file of ["package.json", "bun.lock", "scripts/with-bun.sh"]) cpSync(repository + file, join(clone, file));
  writeFileSync(
    join(clone, "hello.ts"),
    "console.log(JSON.stringify([process.argv.slice(2), process.cwd(), process.pid]));\n",
  );
});

afterEach(() => rmSync(clone, { recursive: true }));

/** Puts the packages in place as an install would, with the Bun that runs this test. */
function install(): void {
  mkdirSync(join(clone, "node_modules", ".bin"), { recursive: true });
  symlinkSync(process.execPath, join(clone, "node_modules", ".bin", "bun"));
  const text = readFileSync(join(clone, "package.json"), "utf8") + readFileSync(join(clone, "bun.lock"), "utf8");
  const sum = Bun.spawnSync(["cksum"], { stdin: Buffer.from(text) }).stdout;
  writeFileSync(join(clone, "node_modules", ".installed"), sum);
}

/** A stand-in for a package manager that notes how it was called. */
function fakeTool(name: string, script: string): void {
  const path = join(tools, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

function launch(...args: string[]): Bun.Subprocess<"ignore", "pipe", "pipe"> {
  return Bun.spawn(["sh", join(clone, "scripts/with-bun.sh"), ...args], {
    cwd: tmpdir(),
    // The registry is a port that nobody listens on: an install that is tried fails at once.
    env: { PATH: tools, HOME: join(clone, "home"), BUN_CONFIG_REGISTRY: "http://127.0.0.1:9/" },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

describe("with-bun.sh", () => {
  test("becomes the program, with its arguments, and stays where it was called", async () => {
    install();
    const child = launch("hello.ts", "--a", "b c", "");
    const [args, cwd, pid] = JSON.parse(await new Response(child.stdout).text());
    expect(args).toEqual(["--a", "b c", ""]);
    expect(cwd).toBe(tmpdir());
    expect(pid).toBe(child.pid);
  });

  test("hands on the exit code", async () => {
    install();
    writeFileSync(join(clone, "hello.ts"), "process.exit(42);\n");
    expect(await launch("hello.ts").exited).toBe(42);
  });

  test("says what to install when there is neither Bun nor npm", async () => {
    const child = launch("hello.ts");
    expect(await child.exited).toBe(1);
    expect(await new Response(child.stderr).text()).toContain("neither Bun nor npm was found");
  });

  test("installs anew when the lock file is not the one that was installed", async () => {
    install();
    writeFileSync(join(clone, "bun.lock"), `${readFileSync(join(clone, "bun.lock"), "utf8")}\n`);
    const child = launch("hello.ts");
    expect(await child.exited).toBe(1);
    expect(await new Response(child.stderr).text()).toContain("installing the dependencies failed");
  });

  test("has npm fetch the pinned version, and runs no script of the package for that", async () => {
    fakeTool("npm", `echo "$@" > "${clone}/called"; cat package.json > "${clone}/wanted"; exit 1`);
    expect(await launch("hello.ts").exited).toBe(1);
    expect(readFileSync(join(clone, "called"), "utf8")).toContain("install --ignore-scripts");
    expect(JSON.parse(readFileSync(join(clone, "wanted"), "utf8")).dependencies.bun).toBe(Bun.version);
  });

  test("has another version of Bun fetch the pinned one rather than read a lock file that it may not know", async () => {
    fakeTool("bun", `if [ "$1" = --version ]; then echo 0.1.2; else echo "$PWD $*" > "${clone}/called"; exit 1; fi`);
    expect(await launch("hello.ts").exited).toBe(1);
    const called = readFileSync(join(clone, "called"), "utf8");
    expect(called).toContain("node_modules/.bootstrap install");
    expect(called).not.toContain("--frozen-lockfile");
  });

  test("does not start when what was fetched is not the pinned version", async () => {
    fakeTool("npm", "exit 0");
    const child = launch("hello.ts");
    expect(await child.exited).toBe(1);
    expect(await new Response(child.stderr).text()).toContain(`no Bun ${Bun.version} for this machine`);
    expect(existsSync(join(clone, "node_modules", ".installed"))).toBe(false);
  });
});
