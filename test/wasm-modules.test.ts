import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { buildModules, findDifferences, listModules } from "../scripts/build-wasm.ts";

const WASM = fileURLToPath(new URL("../wasm", import.meta.url));

test("the committed modules and their sums are what the sources build, byte for byte", async () => {
  const names = await listModules();
  expect(names).toEqual(expect.arrayContaining(["consistent-hash", "latency-aware", "random", "router", "sticky-cid"]));
  const modules = await buildModules(names);
  expect(await findDifferences(modules)).toEqual([]);
  // And the comparison itself sees a single changed byte.
  const [first, ...rest] = modules;
  if (first === undefined) throw new Error("no modules");
  const changed = { name: first.name, bytes: first.bytes.map((byte, index) => (index === 100 ? byte ^ 1 : byte)) };
  expect(await findDifferences([changed, ...rest])).toHaveLength(2);
  expect(await findDifferences(rest)).toContain(`wasm/${first.name}.wasm has no source in filters/`);
}, 400_000);

test("the sums are those of the files", async () => {
  const lines = (await readFile(`${WASM}/SHA256SUMS`, "utf8")).trimEnd().split("\n");
  const actual = [];
  for (const file of (await readdir(WASM)).filter((name) => name.endsWith(".wasm")).sort()) {
    const digest = createHash("sha256")
      .update(await readFile(`${WASM}/${file}`))
      .digest("hex");
    actual.push(`${digest}  ${file}`);
  }
  expect(lines).toEqual(actual);
});

test("no path of the machine that built them is in the modules", async () => {
  for (const file of (await readdir(WASM)).filter((name) => name.endsWith(".wasm"))) {
    const text = (await readFile(`${WASM}/${file}`)).toString("latin1");
    const utf16 = text.replaceAll("\0", "");
    for (const place of ["/home/", "/root/", "/tmp/", "/Users/", process.cwd()]) expect(utf16).not.toContain(place);
    expect(text).not.toContain("sourceMappingURL");
  }
});
