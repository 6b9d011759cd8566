import { CELL, type MetricsLayout } from "../metrics-layout.ts";
import { ALPN_NAMES, HANDSHAKE_FAILURE_NAMES } from "../outcome.ts";
import { plainFamily, type ValueFamily } from "./metric-family.ts";
import type { SummedCounters } from "./summed-counters.ts";

/** Client connections and their handshakes. */
export function createDownstreamFamilies(counters: SummedCounters, layout: MetricsLayout): ValueFamily[] {
  const byListener = (
    name: string,
    help: string,
    label: string,
    names: readonly string[],
    offset: number,
  ): ValueFamily => ({
    type: "counter",
    name,
    help,
    labelNames: ["listener", label],
    collect(emit) {
      layout.topology.listeners.forEach((listener, index) =>
        names.forEach((value, place) => {
          const count = counters.sum((layout.listenerCells[index] ?? 0) + offset + place);
          if (count > 0) emit({ listener, [label]: value }, count);
        }),
      );
    },
  });
  return [
    plainFamily("gauge", "spooky_active_connections", "Client connections now open.", () =>
      counters.sum(CELL.activeConnections),
    ),
    plainFamily("counter", "spooky_downstream_tls_handshake_success_total", "Completed client handshakes.", () =>
      layout.listenerCells.reduce(
        (total, first) => ALPN_NAMES.reduce((subtotal, _, place) => subtotal + counters.sum(first + place), total),
        0,
      ),
    ),
    byListener(
      "spooky_downstream_tls_alpn_total",
      "Completed client handshakes by protocol.",
      "protocol",
      ALPN_NAMES,
      0,
    ),
    byListener(
      "spooky_downstream_tls_handshake_failure_total",
      "Failed client handshakes by reason.",
      "reason",
      HANDSHAKE_FAILURE_NAMES,
      ALPN_NAMES.length,
    ),
  ];
}
