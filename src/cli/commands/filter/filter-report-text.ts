import type { FilterFacts } from "./filter-facts.ts";
import type { FilterReport } from "./filter-report.ts";
import { formatBytes } from "./format-bytes.ts";

const LABEL_WIDTH = 20;

/** The report for people: a line for each fact, the verdict last. Facts that say nothing have no line. */
export function filterReportText(report: FilterReport): string {
  const { file, sizeBytes, sha256, content, refusals } = report;
  const rows: [label: string, value: string][] = [
    ["size", formatBytes(sizeBytes)],
    ["sha256", sha256],
  ];
  if (content !== undefined) {
    const { summary, facts } = content;
    rows.push(["abi", facts.abiVersion ?? "none"], ["looks at bodies", bodiesText(facts)]);
    for (const memory of summary.memories) {
      const most =
        memory.maximumBytes === undefined ? "no maximum of its own" : `at most ${formatBytes(memory.maximumBytes)}`;
      rows.push(["memory", `${formatBytes(memory.initialBytes)} at start, ${most}`]);
    }
    for (const { initial, maximum } of summary.tables) {
      rows.push([
        "table",
        `${initial} elements at start, ${maximum === undefined ? "no maximum of its own" : `at most ${maximum}`}`,
      ]);
    }
    rows.push(
      ["callbacks", facts.callbacks.called.join(" ")],
      ["  never called here", facts.callbacks.ignored.join(" ")],
      ["host functions", facts.imports.host.join(" ")],
      ["WASI functions", facts.imports.wasi.join(" ")],
      ["unknown functions", facts.imports.unknown.map((name) => `${name} (unimplemented)`).join(" ")],
      ["refused imports", facts.imports.refused.join(" ")],
    );
  }
  for (const { code, message, hint } of refusals) {
    rows.push(["refused", `${code}: ${message}${hint === undefined ? "" : ` (${hint})`}`]);
  }
  const lines = rows.filter(([, value]) => value !== "").map(([label, value]) => label.padEnd(LABEL_WIDTH) + value);
  return `${[...lines, `${file}: ${refusals.length === 0 ? "would load" : "would be refused"}`].join("\n")}\n`;
}

function bodiesText({ bodies }: FilterFacts): string {
  if (bodies.request && bodies.response) return "of requests and responses";
  if (bodies.request) return "of requests";
  return bodies.response ? "of responses" : "no";
}
