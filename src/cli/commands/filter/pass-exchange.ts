import type { BodyStep, FilterChain, FilterStream, FilterVerdict } from "../../../filter/chain.ts";
import { REQUEST_BODY, RESPONSE_BODY, type SampleExchange } from "../../../filter/chain/sample-exchange.ts";

/**
 * Shows one exchange to a chain as the pipeline does, bodies only to filters that look at them, and says what came of
 * it: `pause` when a filter holds a message and has not let go of it by the end of the call.
 */
export function passExchange(chain: FilterChain, exchange: SampleExchange): FilterVerdict {
  const stream = chain.open(exchange);
  if (stream === undefined) return "continue";
  try {
    const verdict = passRequest(stream, exchange);
    return verdict === "continue" ? passResponse(stream, exchange) : verdict;
  } finally {
    stream.close();
  }
}

function passRequest(stream: FilterStream, exchange: SampleExchange): FilterVerdict {
  const verdict = stream.onRequestHeaders(false);
  if (verdict !== "continue" || !stream.wantsRequestBody) return verdict;
  exchange.part = "the request's body";
  const sink = new BodySink();
  return passBody(stream.openRequestBody(sink), REQUEST_BODY, sink, exchange);
}

function passResponse(stream: FilterStream, exchange: SampleExchange): FilterVerdict {
  exchange.part = "the response's headers";
  exchange.response = exchange.answer;
  const verdict = stream.onResponseHeaders(false);
  if (verdict !== "continue" || !stream.wantsResponseBody) return verdict;
  exchange.part = "the response's body";
  const sink = new BodySink();
  return passBody(stream.openResponseBody(sink), RESPONSE_BODY, sink, exchange);
}

function passBody(
  way: BodyStep,
  pieces: readonly Uint8Array[],
  sink: BodySink,
  exchange: SampleExchange,
): FilterVerdict {
  for (const piece of pieces) way.data(piece);
  way.end(undefined);
  return exchange.interruption ?? (sink.hasEnded ? "continue" : "pause");
}

/** Where bodies end: only that they do matters. */
class BodySink implements BodyStep {
  hasEnded = false;

  data(): void {}

  end(): void {
    this.hasEnded = true;
  }
}
