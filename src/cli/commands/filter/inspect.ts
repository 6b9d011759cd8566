import { type Command, EXIT, UsageError } from "../command.ts";
import { readArguments } from "../read-arguments.ts";

/** `spooky filter inspect`: what a module is and asks for, and whether the proxy would load it. Nothing of it is run. */
export const FILTER_INSPECT: Command = {
  name: "filter inspect",
  usage: "FILE [--format text|json]",
  summary: "Say what a filter module is and asks for, and whether it would load",
  async run(argv) {
    const { words, flags } = readArguments(argv, { format: "value" }, [1, 1]);
    const format = flags.get("format") ?? "text";
    if (format !== "text" && format !== "json") throw new UsageError("--format is text or json");
    // Loaded only now: no other command needs the machinery that runs modules.
    const { reportFilter } = await import("./filter-report.ts");
    const report = await reportFilter(words[0] ?? "");
    const { filterReportText } = await import("./filter-report-text.ts");
    const { filterReportJson } = await import("./filter-report-json.ts");
    process.stdout.write(format === "json" ? filterReportJson(report) : filterReportText(report));
    return report.refusals.length === 0 ? EXIT.ok : EXIT.failed;
  },
};
