import { ByteString, valueAddress, valueLength } from "./bytes";
import { requestHeaders } from "./headers";
import { isHeaderName } from "./text";

/** Where {@link findCookie} found the value last, and its size in bytes. */
export let cookieAddress: usize = 0;
export let cookieLength: usize = 0;

const cookieHeader: ByteString = ByteString.from("cookie");

/** Finds the first cookie of that name in the request (RFC 6265 §4.2); see {@link cookieAddress}. */
export function findCookie(name: ByteString): bool {
  if (!requestHeaders.find(cookieHeader)) return false;
  let at = valueAddress();
  const end = at + valueLength();
  while (at < end) {
    while (at < end && (load<u8>(at) == 0x20 || load<u8>(at) == 0x3b)) at++;
    const start = at;
    while (at < end && load<u8>(at) != 0x3b) at++;
    const length = at - start;
    if (length <= name.length || load<u8>(start + name.length) != 0x3d) continue;
    if (memory.compare(start, name.address, name.length) != 0) continue;
    cookieAddress = start + name.length + 1;
    cookieLength = length - name.length - 1;
    return true;
  }
  return false;
}

/** Whether a cookie may have that name or value without being quoted. */
export function isCookieText(text: string): bool {
  return isHeaderName(text.toLowerCase());
}

/** A `set-cookie` value for the whole site, sent over TLS only and not shown to scripts; 0 s ends with the browser. */
export function cookieField(name: string, value: string, maxAgeSeconds: i32): string {
  const age = maxAgeSeconds > 0 ? "; Max-Age=" + maxAgeSeconds.toString() : "";
  return name + "=" + value + "; Path=/" + age + "; Secure; HttpOnly; SameSite=Lax";
}
