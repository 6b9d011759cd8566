/** The real supervisor over stand-in shards: `stand-in-daemon.ts CONFIG`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatError } from "../../src/cli/format-error.ts";
import { parseConfig } from "../../src/config/parse-config.ts";
import { runDaemon } from "../../src/supervisor/supervisor.ts";

const configPath = process.argv[2] ?? "";
const result = parseConfig(readFileSync(configPath, "utf8"), configPath);
if ("errors" in result) throw new Error(JSON.stringify(result.errors));
try {
  const shardCommand = [process.execPath, join(import.meta.dir, "stand-in-shard.ts")];
  const onReady = (): void => void process.stdout.write("ready\n");
  process.exit(await runDaemon(result.config, { configPath, shardCommand, onReady }));
} catch (error) {
  process.stderr.write(`${formatError(error)}\n`);
  process.exit(1);
}
