/** Error codes of RFC 9113 §7 that mean something here. */
export const Http2Error: {
  readonly NO_ERROR: 0;
  readonly PROTOCOL_ERROR: 1;
  readonly REFUSED_STREAM: 7;
  readonly CANCEL: 8;
} = { NO_ERROR: 0, PROTOCOL_ERROR: 1, REFUSED_STREAM: 7, CANCEL: 8 };

/** The `code` of an error of the runtime, or "". */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
