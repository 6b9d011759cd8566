/**
 * Numbers of the proxy-wasm ABI, as the specification names them (versions 0.1.0 to 0.2.1).
 * @module
 */

/** What every host function returns. */
export const Status = {
  ok: 0,
  notFound: 1,
  badArgument: 2,
  serializationFailure: 3,
  parseFailure: 4,
  invalidMemoryAccess: 6,
  empty: 7,
  casMismatch: 8,
  internalFailure: 10,
  unimplemented: 12,
} as const;

export const MapType = {
  requestHeaders: 0,
  requestTrailers: 1,
  responseHeaders: 2,
  responseTrailers: 3,
  grpcReceiveInitialMetadata: 4,
  grpcReceiveTrailingMetadata: 5,
  httpCallResponseHeaders: 6,
  httpCallResponseTrailers: 7,
} as const;

export const BufferType = {
  requestBody: 0,
  responseBody: 1,
  downstreamData: 2,
  upstreamData: 3,
  httpCallResponseBody: 4,
  grpcReceiveBuffer: 5,
  vmConfiguration: 6,
  pluginConfiguration: 7,
  callData: 8,
} as const;

export const StreamType = { request: 0, response: 1, downstream: 2, upstream: 3 } as const;

export const MetricType = { counter: 0, gauge: 1, histogram: 2 } as const;

/**
 * Of what a headers callback may return only 0 lets the message go on; 2 (C++, "continue and end") does too. Of what a
 * body or trailers callback returns, only 0 does; 3 holds it and throws away what came.
 */
export const Action = { continue: 0, pause: 1, continueAndEndStream: 2, stopNoBuffer: 3 } as const;

/** ABI versions, by the name of the marker function that a module exports. */
export type AbiVersion = "0.1.0" | "0.2.0" | "0.2.1" | "0.2.100";

export const ABI_MARKERS: ReadonlyMap<string, AbiVersion> = new Map([
  ["proxy_abi_version_0_1_0", "0.1.0"],
  ["proxy_abi_version_0_2_0", "0.2.0"],
  ["proxy_abi_version_0_2_1", "0.2.1"],
  ["proxy_abi_version_0_2_100", "0.2.100"],
]);

/** WASI preview 1 error numbers that the host answers with. */
export const Errno = {
  success: 0,
  badf: 8,
  fault: 21,
  inval: 28,
  noent: 44,
  nosys: 52,
  notsup: 58,
} as const;
