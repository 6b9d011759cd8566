/**
 * Calls of filters to upstreams of the config: balanced like requests, gathered whole, given up in time.
 * @module
 */
import type { CalloutClient, CalloutReceiver, CalloutReply, CalloutRequest } from "../filter/callout/callout-client.ts";
import type { HeaderList } from "../http/header-list.ts";
import { createResponseHead, type RequestHead, type ResponseHead } from "../http/head.ts";
import { createStickyKey } from "../ingress/sticky-key.ts";
import type { UpstreamTarget } from "../pipeline/generation.ts";
import type { ResponseReceiver, UpstreamStream } from "../upstream/client.ts";

/** The largest answer that a filter is given; a larger one counts as none. */
const MAX_REPLY_BYTES = 1024 * 1024;

/** `targets` may be filled after this call: filters are loaded before there are upstreams. */
export function createCalloutClient(targets: readonly UpstreamTarget[], names: ReadonlySet<string>): CalloutClient {
  return {
    hasUpstream: (name) => names.has(name),
    start(request, receiver) {
      const callout = new Callout(request, receiver);
      callout.start(targets.find(({ name }) => name === request.upstream));
      return () => callout.cancel();
    },
  };
}

class Callout implements ResponseReceiver {
  readonly #request: CalloutRequest;
  readonly #receiver: CalloutReceiver;
  readonly #timer: ReturnType<typeof setTimeout>;
  #stream: UpstreamStream | undefined = undefined;
  #onEnd: (() => void) | undefined = undefined;
  #head: ResponseHead = createResponseHead(0);
  #chunks: Uint8Array[] = [];
  #length = 0;
  #isOver = false;

  constructor(request: CalloutRequest, receiver: CalloutReceiver) {
    this.#request = request;
    this.#receiver = receiver;
    this.#timer = setTimeout(() => this.#giveUp(), request.timeoutMs);
  }

  start(target: UpstreamTarget | undefined): void {
    const index = target === undefined ? -1 : pick(target, this.#request.head);
    const backend = target?.backends[index];
    if (target === undefined || backend === undefined) {
      // Never from inside the guest's call.
      queueMicrotask(() => this.#giveUp());
      return;
    }
    const startedAt = performance.now();
    target.balancer.onRequestStart(index);
    this.#onEnd = () => target.balancer.onRequestEnd(index, performance.now() - startedAt);
    const { head, body, trailers } = this.#request;
    const isBodyless = body.length === 0 && trailers === undefined;
    this.#stream = backend.client.open(head, isBodyless, this);
    if (isBodyless) return;
    if (body.length > 0) this.#stream.write(body);
    this.#stream.end(trailers);
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#close();
    this.#stream?.cancel();
  }

  onInformational(): void {}

  onUpstreamWritable(): void {}

  onResponseHead(head: ResponseHead): void {
    this.#head = head;
  }

  onResponseData(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length > MAX_REPLY_BYTES) this.#giveUp();
  }

  onResponseEnd(trailers: HeaderList | undefined): void {
    if (this.#isOver) return;
    this.#close();
    const reply: CalloutReply = { head: this.#head, body: Buffer.concat(this.#chunks), trailers };
    this.#receiver(reply);
  }

  onResponseFailure(): void {
    if (this.#isOver) return;
    this.#close();
    this.#receiver(undefined);
  }

  #giveUp(): void {
    if (this.#isOver) return;
    this.#close();
    this.#stream?.cancel();
    this.#receiver(undefined);
  }

  #close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#onEnd?.();
  }
}

function pick({ balancer, key }: UpstreamTarget, head: RequestHead): number {
  try {
    // A call has no client: each counts as a connection of its own.
    const keyHash = key === undefined ? 0 : key(head, { stickyKey: createStickyKey(), clientAddress: "" });
    return balancer.pick(keyHash, 0);
  } catch {
    return -1;
  }
}
