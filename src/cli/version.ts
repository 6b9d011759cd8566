import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Version of this program, as its package manifest has it. */
export function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(import.meta.dir, "../../package.json"), "utf8"));
  if (typeof manifest === "object" && manifest !== null && "version" in manifest) return String(manifest.version);
  throw new Error("package.json has no version");
}
