import { checkRequestHead, checkTrailers } from "../../../http/head-check.ts";
import { createRequestHead, type RequestHead } from "../../../http/head.ts";
import { HeaderList } from "../../../http/header-list.ts";
import { Status } from "../abi.ts";
import type { FilterVm } from "../filter-vm.ts";
import type { HostFunctions } from "../guest-function.ts";
import { readPairs } from "../header-pairs.ts";
import { isPseudoHeader, toHeaderValue, toWritableName } from "../header-text.ts";
import { upstreamNameOf } from "../upstream-name.ts";

const MAX_TIMEOUT_MS = 60_000;
const MAX_BODY_BYTES = 1024 * 1024;
/** Fields that are the connection's, or that the body itself decides. */
const NOT_SENT = new Set(["content-length", "host", "connection", "transfer-encoding", "keep-alive", "upgrade"]);

/** `proxy_http_call`: a request to an upstream of the config, answered by `proxy_on_http_call_response`. */
export function calloutFunctions(vm: FilterVm): HostFunctions {
  const { memory } = vm;
  return {
    proxy_http_call(
      upstream: number,
      upstreamSize: number,
      headers: number,
      headersSize: number,
      body: number,
      bodySize: number,
      trailers: number,
      trailersSize: number,
      timeoutMs: number,
      idOut: number,
    ): number {
      const ranges = [upstream, upstreamSize, headers, headersSize, body, bodySize, trailers, trailersSize];
      for (let i = 0; i < ranges.length; i += 2) {
        if (!memory.covers((ranges[i] ?? 0) >>> 0, (ranges[i + 1] ?? 0) >>> 0)) return Status.invalidMemoryAccess;
      }
      if (!memory.covers(idOut >>> 0, 4)) return Status.invalidMemoryAccess;
      const name = upstreamNameOf(memory.readUtf8(upstream >>> 0, upstreamSize >>> 0));
      if (!vm.plugin.upstreams.includes(name) || !vm.services.callouts.hasUpstream(name)) return Status.badArgument;
      const head = toHead(readPairs(memory, headers >>> 0, headersSize >>> 0));
      const trailer = toTrailers(readPairs(memory, trailers >>> 0, trailersSize >>> 0));
      if (head === undefined || trailer === undefined || bodySize >>> 0 > MAX_BODY_BYTES) return Status.badArgument;
      const id = vm.callouts.start({
        upstream: name,
        head,
        body: memory.copy(body >>> 0, bodySize >>> 0),
        trailers: trailer.count === 0 ? undefined : trailer,
        timeoutMs: Math.min(Math.max(timeoutMs >>> 0, 1), MAX_TIMEOUT_MS),
      });
      if (id === undefined) return Status.internalFailure;
      memory.view.setUint32(idOut >>> 0, id, true);
      return Status.ok;
    },
  };
}

/** Undefined unless it is a whole head that may be sent: method, path and authority are there, and all is well-formed. */
function toHead(fields: readonly string[] | undefined): RequestHead | undefined {
  if (fields === undefined) return undefined;
  const head = createRequestHead();
  head.scheme = "https";
  for (let i = 0; i < fields.length; i += 2) {
    const name = toWritableName(fields[i] as string);
    const value = toHeaderValue(fields[i + 1] as string);
    if (name === undefined || value === undefined) return undefined;
    if (name === ":method") head.method = value;
    else if (name === ":path") head.path = value;
    else if (name === ":authority" || name === "host") head.authority = value;
    else if (!isPseudoHeader(name) && !NOT_SENT.has(name)) head.headers.append(name, value);
  }
  if (head.method === "" || head.path === "" || head.authority === "") return undefined;
  return checkRequestHead(head, -1) === undefined ? head : undefined;
}

function toTrailers(fields: readonly string[] | undefined): HeaderList | undefined {
  if (fields === undefined) return undefined;
  const trailers = new HeaderList();
  for (let i = 0; i < fields.length; i += 2) {
    const name = toWritableName(fields[i] as string);
    const value = toHeaderValue(fields[i + 1] as string);
    if (name === undefined || value === undefined || isPseudoHeader(name)) return undefined;
    trailers.append(name, value);
  }
  return checkTrailers(trailers) === undefined ? trailers : undefined;
}
