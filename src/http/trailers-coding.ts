/** Whether a `te` field asks for trailers, in any case and among other codings (RFC 9110 §10.1.4). */
export function hasTrailersCoding(value: string): boolean {
  if (value === "trailers") return true;
  return value
    .toLowerCase()
    .split(",")
    .some((coding) => coding.trim() === "trailers");
}
