import { SpookyError } from "../../../errors/spooky-error.ts";
import { readFilterSource } from "../../../filter/chain/filter-source.ts";
import { inspectModule, type ModuleSummary } from "../../../filter/sandbox/inspect-module.ts";
import { filterConfigOf } from "./filter-config.ts";
import { type FilterFacts, readFilterFacts } from "./filter-facts.ts";
import { findRefusals } from "./filter-refusals.ts";

/** What is known of a module file without running it. */
export interface FilterReport {
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Why the proxy would refuse it; empty when it would not. */
  readonly refusals: readonly SpookyError[];
  /** Undefined when the bytes cannot be read as a module. */
  readonly content: { readonly summary: ModuleSummary; readonly facts: FilterFacts } | undefined;
}

/**
 * Looks at the module in a file as the proxy does before it starts it. Whether it starts, and takes its config, only
 * running it tells. Throws a `SpookyError` when the file cannot be read.
 */
export async function reportFilter(file: string): Promise<FilterReport> {
  const config = filterConfigOf(file);
  const { bytes, sha256 } = await readFilterSource(config);
  const refusals = await findRefusals(bytes, config.limits.memory_bytes);
  const summary = summaryOf(bytes);
  const content = summary === undefined ? undefined : { summary, facts: await readFilterFacts(summary) };
  return { file, sizeBytes: bytes.length, sha256, refusals, content };
}

/** What cannot be summed up is among the refusals: rewriting a module begins with the same reading. */
function summaryOf(bytes: Uint8Array): ModuleSummary | undefined {
  try {
    return inspectModule(bytes);
  } catch (error) {
    if (error instanceof SpookyError) return undefined;
    throw error;
  }
}
