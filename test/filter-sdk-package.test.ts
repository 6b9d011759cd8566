/** The SDK as a package of its own: the filter of its README, built outside of this repository. */
import { expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFilterChain } from "../src/filter/chain/filter-chain.ts";
import { loadFilter } from "../src/filter/chain/load-filter.ts";
import { createTestHost, createTestServices, testFilterConfig } from "./support/filter-host.ts";
import { findCodeBlocks } from "./support/markdown.ts";
import { readRepositoryFile, repository } from "./support/repository-files.ts";

test("the filter of the SDK's README builds with the package, and runs", async () => {
  const folder = mkdtempSync(join(tmpdir(), "spooky-sdk-"));
  try {
    const [example] = findCodeBlocks(await readRepositoryFile("filters/sdk/README.md"));
    writeFileSync(join(folder, "index.ts"), example?.text ?? "");
    mkdirSync(join(folder, "node_modules"));
    cpSync(`${repository}filters/sdk`, join(folder, "node_modules", "spooky-filter-sdk"), { recursive: true });
    const compiler = join(repository, "node_modules/assemblyscript/bin/asc.js");
    const flags = ["--outFile", "greeting.wasm", "-O3", "--noAssert", "--runtime", "incremental"];
    const build = Bun.spawnSync([process.execPath, compiler, "index.ts", ...flags], { cwd: folder, stderr: "pipe" });
    expect([build.exitCode, build.stderr.toString()]).toEqual([0, ""]);
    const file = join(folder, "greeting.wasm");
    const filter = await loadFilter(testFilterConfig({ file }, { greeting: "hello" }), createTestServices());
    const chain = createFilterChain([filter]);
    const host = createTestHost();
    const stream = chain.open(host);
    expect([stream?.onRequestHeaders(true), stream?.onResponseHeaders(true)]).toEqual(["continue", "continue"]);
    expect(host.response?.headers.fields).toEqual(["x-greeting", "hello"]);
    stream?.close();
    chain.dispose();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
