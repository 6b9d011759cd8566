import { FAILURES } from "../errors/catalogue.ts";
import type { Failure } from "../errors/failure.ts";
import { SpookyError } from "../errors/spooky-error.ts";

/** Seconds after which an idle connection is closed. */
const IDLE_TIMEOUT_S = 10;

export interface LoopbackServer {
  /** Stops listening and closes all connections. */
  stop(): Promise<void>;
}

export interface LoopbackServerOptions {
  readonly address: string;
  readonly port: number;
  /** Answers a GET (or HEAD) by its path; undefined is answered with 404. */
  readonly answer: (path: string) => Response | Promise<Response> | undefined;
}

/**
 * A small plain HTTP server for operators. Knows GET and HEAD only. Throws SPK_LISTEN_ADDRESS_IN_USE and its like when
 * it cannot listen.
 */
export function startLoopbackServer({ address, port, answer }: LoopbackServerOptions): LoopbackServer {
  try {
    const server = Bun.serve({
      hostname: address,
      port,
      idleTimeout: IDLE_TIMEOUT_S,
      development: false,
      fetch(request) {
        if (request.method !== "GET" && request.method !== "HEAD") {
          return new Response("method not allowed\n", { status: 405, headers: { allow: "GET, HEAD" } });
        }
        return answer(new URL(request.url).pathname) ?? new Response("not found\n", { status: 404 });
      },
    });
    return { stop: () => server.stop(true) };
  } catch (cause) {
    const where = `TCP ${address.includes(":") ? `[${address}]` : address}:${port}`;
    throw new SpookyError(failureOf(cause), where, {
      hint: "Choose another port, or set `enabled: false` if you do not need it.",
      cause,
    });
  }
}

function failureOf(cause: unknown): Failure {
  switch (cause instanceof Error && "code" in cause ? cause.code : undefined) {
    case "EADDRINUSE":
      return FAILURES.listenAddressInUse;
    case "EADDRNOTAVAIL":
      return FAILURES.listenAddressUnavailable;
    case "EACCES":
    case "EPERM":
      return FAILURES.listenDenied;
    default:
      return FAILURES.listenFailed;
  }
}
