import type { InstructionContext } from "./instruction-rewriter.ts";
import type { Limits } from "./limits.ts";
import type { MeterCode } from "./meter-code.ts";
import type { ModuleLayout } from "./module-layout.ts";

/** All that rewriting a section needs to know of the module. */
export interface RewritePlan {
  readonly layout: ModuleLayout;
  /** Limits to write, those of imports first. */
  readonly memories: readonly Limits[];
  readonly tables: readonly Limits[];
  readonly meter: MeterCode;
  readonly context: InstructionContext;
}
