import { loadConfig } from "../../config/load-config.ts";
import { writeYaml } from "../../config/source/write-yaml.ts";
import { type Command, EXIT, UsageError } from "./command.ts";
import { configOrReport } from "./load-or-report.ts";
import { readArguments } from "./read-arguments.ts";

/** `spooky config show`: the config as it takes effect, every default filled in and every path absolute. */
export const CONFIG_SHOW: Command = {
  name: "config show",
  usage: "FILE [--format yaml|json]",
  summary: "Print the config as it takes effect, with all defaults",
  async run(argv) {
    const { words, flags } = readArguments(argv, { format: "value" }, [1, 1]);
    const format = flags.get("format") ?? "yaml";
    if (format !== "yaml" && format !== "json") throw new UsageError("--format is yaml or json");
    const config = configOrReport(loadConfig(words[0] ?? ""));
    if (config === undefined) return EXIT.failed;
    process.stdout.write(format === "json" ? `${JSON.stringify(config, null, 2)}\n` : writeYaml(config));
    return EXIT.ok;
  },
};
