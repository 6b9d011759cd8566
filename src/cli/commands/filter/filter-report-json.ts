import type { FilterReport } from "./filter-report.ts";

/**
 * The report for programs. Keys are there whatever the module is, with `null` and empty lists for what it has not, but
 * for those behind `sha256` when the file holds no module.
 */
export function filterReportJson({ file, sizeBytes, sha256, refusals, content }: FilterReport): string {
  const report = {
    loads: refusals.length === 0,
    refusals: refusals.map(({ code, message, hint }) => ({ code, message, hint })),
    file,
    size_bytes: sizeBytes,
    sha256,
    ...(content === undefined ? {} : contentOf(content)),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function contentOf({ summary, facts }: NonNullable<FilterReport["content"]>): Readonly<Record<string, unknown>> {
  return {
    abi_version: facts.abiVersion ?? null,
    callbacks: facts.callbacks,
    imports: facts.imports,
    bodies: facts.bodies,
    memories: summary.memories.map(({ initialBytes, maximumBytes, isShared }) => ({
      initial_bytes: initialBytes,
      maximum_bytes: maximumBytes ?? null,
      shared: isShared,
    })),
    tables: summary.tables.map(({ initial, maximum }) => ({ initial, maximum: maximum ?? null })),
  };
}
