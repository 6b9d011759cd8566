/** How large a head may be, counted as it came: pseudo-headers and fields that are dropped later count too. */
export interface HeadLimits {
  /** Most field lines. Default 128. */
  readonly maxHeadersCount: number;
  /** Most bytes in all names and values together, without separators. Default 16384. */
  readonly maxHeadersBytes: number;
}

/** For requests. */
export const DEFAULT_HEAD_LIMITS: HeadLimits = { maxHeadersCount: 128, maxHeadersBytes: 16384 };

/** For responses, whose senders are the operator's own: only there to bound what one backend can cost. */
export const RESPONSE_HEAD_LIMITS: HeadLimits = { maxHeadersCount: 256, maxHeadersBytes: 65536 };
