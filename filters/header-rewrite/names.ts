/**
 * Which names may be rewritten.
 * @module
 */

/** Fields that frame the message or belong to one connection: the proxy's own business (RFC 9110 §7.6.1, §8.6). */
const OWN_FIELDS: string =
  "|connection|content-length|http2-settings|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|";

const TOKEN_MARKS = "!#$%&'*+-.^_`|~";

/** What speaks against rewriting the field `name` (lower case), or "". Pseudo-headers can only be set. */
export function refuseName(name: string, isSet: bool, isResponse: bool): string {
  if (isSet && !isResponse && (name == ":path" || name == ":authority")) return "";
  if (name.startsWith(":")) return "the pseudo-header " + name + " cannot be changed here";
  if (name == "host" && !isResponse) return "use set with :authority to change the host";
  if (OWN_FIELDS.includes("|" + name + "|")) return "the proxy itself is in charge of " + name;
  return isToken(name) ? "" : '"' + name + '" is not a header name';
}

function isToken(name: string): bool {
  if (name == "") return false;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    const isAlphanumeric = (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x7a);
    if (!isAlphanumeric && !TOKEN_MARKS.includes(name.charAt(i))) return false;
  }
  return true;
}
