import type { ExchangeHandler } from "../http/exchange.ts";
import type { HeadLimits } from "../http/head-limits.ts";
import type { FlushBatch } from "./flush-batch.ts";
import type { ListenerEvents } from "./listener.ts";
import type { SpillBudget } from "./spill-buffer.ts";

/** What all connections of a QUIC listener share. */
export interface QuicContext {
  readonly handler: ExchangeHandler;
  readonly events: ListenerEvents;
  readonly limits: HeadLimits;
  readonly batch: FlushBatch;
  readonly spillBudget: SpillBudget;
}
