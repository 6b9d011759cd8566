import type { ConfigValue } from "../../src/config/model.ts";
import { SpookyError } from "../../src/errors/spooky-error.ts";
import type { FilterChain } from "../../src/filter/chain.ts";
import { createFilterChain } from "../../src/filter/chain/filter-chain.ts";
import { loadFilter } from "../../src/filter/chain/load-filter.ts";
import { HeaderList } from "../../src/http/header-list.ts";
import { createTestHost, createTestServices, testFilterConfig } from "./filter-host.ts";

/** One request, and what the backend would answer. Everything has a default. */
export interface TrialRequest {
  readonly method?: string;
  readonly authority?: string;
  readonly path?: string;
  /** Names and values in turn. */
  readonly fields?: readonly string[];
  readonly clientAddress?: string;
  readonly response?: { readonly status?: number; readonly fields?: readonly string[] };
}

/** What became of it. */
export interface TrialOutcome {
  /** Status of the answer that the client gets, and who made it. */
  readonly status: number;
  readonly isReply: boolean;
  /** The request as the backend would get it. */
  readonly authority: string;
  readonly path: string;
  readonly request: HeaderList;
  /** The answer's fields. */
  readonly response: HeaderList;
  readonly body: string;
}

/** A filter that ships, in the host that runs it in the proxy, with no proxy around it. */
export class FilterTrial {
  readonly #chain: FilterChain;

  private constructor(chain: FilterChain) {
    this.#chain = chain;
  }

  /** Throws the `SpookyError` of a config that is refused. */
  static async open(builtin: string, config?: ConfigValue): Promise<FilterTrial> {
    const filter = await loadFilter(testFilterConfig({ builtin }, config), createTestServices());
    return new FilterTrial(createFilterChain([filter]));
  }

  /** Takes one request through. Throws when the filter fails or holds it. */
  send(request: TrialRequest = {}): TrialOutcome {
    const base = createTestHost([...(request.fields ?? [])]);
    const host = {
      ...base,
      connection: { ...base.connection, clientAddress: request.clientAddress ?? base.connection.clientAddress },
      request: {
        ...base.request,
        method: request.method ?? "GET",
        authority: request.authority ?? base.request.authority,
        path: request.path ?? base.request.path,
      },
      response: {
        status: request.response?.status ?? 200,
        headers: new HeaderList([...(request.response?.fields ?? [])]),
      },
    };
    const stream = this.#chain.open(host);
    if (stream === undefined) throw new Error("the filter takes no part");
    try {
      const first = stream.onRequestHeaders(true);
      const verdict = first === "continue" ? stream.onResponseHeaders(true) : first;
      if (verdict !== "continue" && verdict !== "reply")
        throw new Error(`${verdict}: ${stream.failure?.message ?? ""}`);
      const reply = stream.localReply;
      return {
        status: reply?.head.status ?? host.response.status,
        isReply: reply !== undefined,
        authority: host.request.authority,
        path: host.request.path,
        request: host.request.headers,
        response: reply?.head.headers ?? host.response.headers,
        body: reply === undefined ? "" : Buffer.from(reply.body).toString(),
      };
    } finally {
      stream.close();
    }
  }

  close(): void {
    this.#chain.dispose();
  }
}

/** What a filter says of a config that it does not take. */
export async function refusalOf(builtin: string, config?: ConfigValue): Promise<string> {
  const trial = await FilterTrial.open(builtin, config).catch((error: unknown) => error);
  if (trial instanceof FilterTrial) {
    trial.close();
    throw new Error("the config was accepted");
  }
  if (!(trial instanceof SpookyError) || trial.code !== "SPK_MODULE_CONFIG_REFUSED") throw trial;
  return trial.detail;
}
