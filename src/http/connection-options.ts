import { isToken, trimWhitespace } from "./header-syntax.ts";

const NONE: readonly string[] = [];

/** Options that name no field to remove, because they are not field names or because their fields are removed anyway. */
function isOrdinary(option: string): boolean {
  switch (option) {
    case "close":
    case "keep-alive":
    case "upgrade":
    case "te":
    case "http2-settings":
    case "proxy-connection":
    case "connection":
      return true;
    default:
      return false;
  }
}

/**
 * Names of the fields that the `connection` fields of an HTTP/1.1 message take off its way (RFC 9110 §7.6.1), lower
 * case. `fields` is a raw list, with names in any case. Undefined when an option is not a token, or names a field that
 * frames or routes the message: honouring that would change what the next hop reads.
 */
export function connectionOptions(fields: readonly string[]): readonly string[] | undefined {
  let options = NONE as string[];
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    if (name.length !== 10 || name.toLowerCase() !== "connection") continue;
    const value = (fields[i + 1] as string).toLowerCase();
    if (isOrdinary(value)) continue;
    for (const part of value.split(",")) {
      const option = trimWhitespace(part);
      if (option === "" || isOrdinary(option)) continue;
      if (!isToken(option) || option === "host" || option === "content-length" || option === "transfer-encoding") {
        return undefined;
      }
      if (options === NONE) options = [];
      options.push(option);
    }
  }
  return options;
}
