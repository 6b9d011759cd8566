/**
 * Failures on the way of a request. `message` is the whole body of the answer (a newline is added), so it never says
 * anything of the request or of what lies behind the proxy.
 * @module
 */

/** Part of the catalogue; see `catalogue.ts`. */
export const REQUEST_FAILURES = {
  // Request heads (RFC 9110, RFC 9114 §4): the client's fault, nothing was processed.
  missingMethod: {
    code: "SPK_REQUEST_MISSING_METHOD",
    status: 400,
    message: "missing :method header",
    source: "client",
    retryable: false,
  },
  missingScheme: {
    code: "SPK_REQUEST_MISSING_SCHEME",
    status: 400,
    message: "missing :scheme header",
    source: "client",
    retryable: false,
  },
  missingPath: {
    code: "SPK_REQUEST_MISSING_PATH",
    status: 400,
    message: "missing :path header",
    source: "client",
    retryable: false,
  },
  missingAuthority: {
    code: "SPK_REQUEST_MISSING_AUTHORITY",
    status: 400,
    message: "missing :authority or host header",
    source: "client",
    retryable: false,
  },
  invalidAuthority: {
    code: "SPK_REQUEST_INVALID_AUTHORITY",
    status: 400,
    message: "invalid :authority or host header",
    source: "client",
    retryable: false,
  },
  authorityMismatch: {
    code: "SPK_REQUEST_AUTHORITY_MISMATCH",
    status: 400,
    message: ":authority and host headers must match",
    source: "client",
    retryable: false,
  },
  invalidMethod: {
    code: "SPK_REQUEST_INVALID_METHOD",
    status: 400,
    message: "invalid :method header",
    source: "client",
    retryable: false,
  },
  invalidScheme: {
    code: "SPK_REQUEST_INVALID_SCHEME",
    status: 400,
    message: "invalid :scheme header",
    source: "client",
    retryable: false,
  },
  invalidPath: {
    code: "SPK_REQUEST_INVALID_PATH",
    status: 400,
    message: "invalid :path header",
    source: "client",
    retryable: false,
  },
  invalidPseudoHeader: {
    code: "SPK_REQUEST_INVALID_PSEUDO_HEADER",
    status: 400,
    message: "unsupported pseudo-header",
    source: "client",
    retryable: false,
  },
  duplicatePseudoHeader: {
    code: "SPK_REQUEST_DUPLICATE_PSEUDO_HEADER",
    status: 400,
    message: "duplicate pseudo-header",
    source: "client",
    retryable: false,
  },
  invalidHeaderName: {
    code: "SPK_REQUEST_INVALID_HEADER_NAME",
    status: 400,
    message: "invalid header name",
    source: "client",
    retryable: false,
  },
  invalidHeaderValue: {
    code: "SPK_REQUEST_INVALID_HEADER_VALUE",
    status: 400,
    message: "invalid header value",
    source: "client",
    retryable: false,
  },
  connectionSpecificHeader: {
    code: "SPK_REQUEST_CONNECTION_SPECIFIC_HEADER",
    status: 400,
    message: "connection-specific header not allowed",
    source: "client",
    retryable: false,
  },
  invalidContentLength: {
    code: "SPK_REQUEST_INVALID_CONTENT_LENGTH",
    status: 400,
    message: "invalid content-length header",
    source: "client",
    retryable: false,
  },
  conflictingContentLength: {
    code: "SPK_REQUEST_CONFLICTING_CONTENT_LENGTH",
    status: 400,
    message: "conflicting content-length header",
    source: "client",
    retryable: false,
  },
  invalidTransferEncoding: {
    code: "SPK_REQUEST_INVALID_TRANSFER_ENCODING",
    status: 400,
    message: "invalid transfer-encoding header",
    source: "client",
    retryable: false,
  },
  unsupportedTransferEncoding: {
    code: "SPK_REQUEST_UNSUPPORTED_TRANSFER_ENCODING",
    status: 501,
    message: "unsupported transfer-encoding",
    source: "client",
    retryable: false,
  },
  invalidRequestTrailers: {
    code: "SPK_REQUEST_INVALID_TRAILERS",
    status: 400,
    message: "invalid request trailers",
    source: "client",
    retryable: false,
  },
  unsupportedUpgrade: {
    code: "SPK_REQUEST_UNSUPPORTED_UPGRADE",
    status: 400,
    message: "upgrade requests are not supported",
    source: "client",
    retryable: false,
  },
  unsupportedVersion: {
    code: "SPK_REQUEST_UNSUPPORTED_VERSION",
    status: 505,
    message: "HTTP version not supported",
    source: "client",
    retryable: false,
  },
  tooManyRequestHeaders: {
    code: "SPK_REQUEST_TOO_MANY_HEADERS",
    status: 431,
    message: "too many request headers",
    source: "client",
    retryable: false,
  },
  requestHeaderFieldsTooLarge: {
    code: "SPK_REQUEST_HEADERS_TOO_LARGE",
    status: 431,
    message: "request headers exceed size limit",
    source: "client",
    retryable: false,
  },
  methodNotAllowed: {
    code: "SPK_REQUEST_METHOD_NOT_ALLOWED",
    status: 405,
    message: "request method blocked by policy",
    source: "client",
    retryable: false,
  },
  connectNotSupported: {
    code: "SPK_REQUEST_CONNECT_NOT_SUPPORTED",
    status: 405,
    message: "CONNECT is not supported",
    source: "client",
    retryable: false,
  },

  // Request bodies.
  requestBodyTooLarge: {
    code: "SPK_REQUEST_BODY_TOO_LARGE",
    status: 413,
    message: "request body too large",
    source: "client",
    retryable: false,
  },
  requestBodyMismatch: {
    code: "SPK_REQUEST_BODY_MISMATCH",
    status: 400,
    message: "request body does not match content-length",
    source: "client",
    retryable: false,
  },
  /** A GET or HEAD whose head announced no body was followed by one, when it had been passed on as complete. */
  requestBodyUnannounced: {
    code: "SPK_REQUEST_BODY_UNANNOUNCED",
    status: 400,
    message: "request body without content-length",
    source: "client",
    retryable: false,
  },
  /** `request_buffer_global_cap_bytes` is used up: clients send faster than backends take it. */
  requestBufferFull: {
    code: "SPK_REQUEST_BUFFER_FULL",
    status: 503,
    message: "request body backpressure overload",
    source: "system",
    retryable: false,
  },
  requestBodyTimeout: {
    code: "SPK_REQUEST_BODY_TIMEOUT",
    status: 408,
    message: "request body idle timeout",
    source: "client",
    retryable: false,
  },
  clientGone: {
    code: "SPK_REQUEST_CLIENT_GONE",
    status: 0,
    message: "client went away",
    source: "client",
    retryable: false,
  },

  // Routing and balancing.
  noRoute: { code: "SPK_ROUTE_NONE", status: 404, message: "no route", source: "client", retryable: false },
  noHealthyBackend: {
    code: "SPK_BALANCE_NO_HEALTHY_BACKEND",
    status: 503,
    message: "no healthy backends",
    source: "upstream",
    retryable: false,
  },
  policyFailed: {
    code: "SPK_POLICY_FAILED",
    status: 503,
    message: "routing or balancing policy failed",
    source: "filter",
    retryable: false,
  },

  // Backends.
  upstreamTimeout: {
    code: "SPK_UPSTREAM_TIMEOUT",
    status: 504,
    message: "upstream timeout",
    source: "upstream",
    retryable: false,
  },
  upstreamConnectFailed: {
    code: "SPK_UPSTREAM_CONNECT_FAILED",
    status: 502,
    message: "upstream error",
    source: "upstream",
    retryable: true,
  },
  /** REFUSED_STREAM, or a stream above the last one that a GOAWAY names (RFC 9113 §8.7): surely not processed. */
  upstreamRefusedStream: {
    code: "SPK_UPSTREAM_REFUSED_STREAM",
    status: 502,
    message: "upstream refused the request",
    source: "upstream",
    retryable: true,
  },
  upstreamReset: {
    code: "SPK_UPSTREAM_RESET",
    status: 502,
    message: "upstream closed the request early",
    source: "upstream",
    retryable: false,
  },
  upstreamProtocolError: {
    code: "SPK_UPSTREAM_PROTOCOL_ERROR",
    status: 502,
    message: "upstream protocol error",
    source: "upstream",
    retryable: false,
  },
  /** A status, field name or value that HTTP does not allow, or two framings that contradict each other. */
  upstreamInvalidHead: {
    code: "SPK_UPSTREAM_INVALID_HEAD",
    status: 502,
    message: "upstream sent an invalid response head",
    source: "upstream",
    retryable: false,
  },
  upstreamHeadTooLarge: {
    code: "SPK_UPSTREAM_HEAD_TOO_LARGE",
    status: 502,
    message: "upstream response headers exceed size limit",
    source: "upstream",
    retryable: false,
  },
  upstreamInvalidTrailers: {
    code: "SPK_UPSTREAM_INVALID_TRAILERS",
    status: 502,
    message: "upstream sent invalid trailers",
    source: "upstream",
    retryable: false,
  },
  upstreamTlsFailed: {
    code: "SPK_UPSTREAM_TLS_FAILED",
    status: 502,
    message: "upstream TLS failure",
    source: "upstream",
    retryable: false,
  },
  upstreamBodyMismatch: {
    code: "SPK_UPSTREAM_BODY_MISMATCH",
    status: 502,
    message: "upstream body does not match content-length",
    source: "upstream",
    retryable: false,
  },
  upstreamBodyTooLarge: {
    code: "SPK_UPSTREAM_BODY_TOO_LARGE",
    status: 502,
    message: "upstream response body too large",
    source: "upstream",
    retryable: false,
  },

  // Filters.
  filterFailed: {
    code: "SPK_FILTER_FAILED",
    status: 503,
    message: "filter failed",
    source: "filter",
    retryable: false,
  },
  /** It has to take content-length off the head before it changes how long the body is. */
  filterBodyLength: {
    code: "SPK_FILTER_BODY_LENGTH",
    status: 503,
    message: "filter changed the declared length of a body",
    source: "filter",
    retryable: false,
  },
  filterTimeout: {
    code: "SPK_FILTER_TIMEOUT",
    status: 504,
    message: "filter held the request too long",
    source: "filter",
    retryable: false,
  },
  /** A filter holds more of a response than it may. */
  filterBufferFull: {
    code: "SPK_FILTER_BUFFER_FULL",
    status: 503,
    message: "filter buffer full",
    source: "filter",
    retryable: false,
  },
  /** Not a fault: a filter answered in the upstream's place, and what was under way there is given up. */
  filterReplied: {
    code: "SPK_FILTER_REPLIED",
    status: 0,
    message: "a filter answered the request",
    source: "filter",
    retryable: false,
  },

  // The proxy itself.
  draining: {
    code: "SPK_SERVER_DRAINING",
    status: 503,
    message: "server is shutting down",
    source: "system",
    retryable: true,
  },
  internal: {
    code: "SPK_SERVER_INTERNAL",
    status: 500,
    message: "internal server error",
    source: "internal",
    retryable: false,
  },
} as const;
