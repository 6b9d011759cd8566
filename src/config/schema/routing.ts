import type { RoutingConfig } from "../model.ts";
import { block } from "./block.ts";
import { choice, filePath, sha256 } from "./fields.ts";
import { moduleLimitsSchema, refuseUnclearSource } from "./module-source.ts";
import type { Schema } from "./schema.ts";

const routingBlock: Schema<RoutingConfig> = block({
  builtin: choice(["router"]).optional(),
  file: filePath().optional(),
  sha256: sha256().optional(),
  limits: moduleLimitsSchema,
}).superRefine((routing, context) => refuseUnclearSource(context, routing, "builtin"));

/** `routing`. The path is still as written. */
export const routingSchema: Schema<RoutingConfig> = routingBlock.prefault({ builtin: "router" });
