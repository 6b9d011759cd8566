import { ByteString } from "../sdk/filter";
import { endsWithBytes, equalsBytes, startsWithBytes } from "../sdk/text";

/** Origins that are named one by one, or by what they end with. */
export class OriginList {
  /** Every origin is in it. */
  isAny: bool = false;
  private readonly exact: ByteString[] = [];
  private readonly schemes: ByteString[] = [];
  private readonly suffixes: ByteString[] = [];

  get count(): i32 {
    return this.exact.length + this.schemes.length + i32(this.isAny);
  }

  /** `*`, `https://shop.example`, or `https://*.shop.example`; false when it is none of them. */
  add(text: string): bool {
    if (text == "*") {
      this.isAny = true;
      return true;
    }
    const origin = text.toLowerCase();
    const authority = origin.indexOf("://") + 3;
    if (!origin.startsWith("https://") && !origin.startsWith("http://")) return false;
    const isSuffix = origin.substring(authority).startsWith("*.");
    const host = origin.substring(isSuffix ? authority + 1 : authority);
    if (host.length < 2 || !isHost(host)) return false;
    if (isSuffix) {
      this.schemes.push(ByteString.from(origin.substring(0, authority)));
      this.suffixes.push(ByteString.from(host));
    } else this.exact.push(ByteString.from(origin));
    return true;
  }

  holds(address: usize, length: usize): bool {
    if (this.isAny) return true;
    for (let i = 0; i < this.exact.length; i++) if (equalsBytes(address, length, unchecked(this.exact[i]))) return true;
    for (let i = 0; i < this.schemes.length; i++) {
      const scheme = unchecked(this.schemes[i]);
      const suffix = unchecked(this.suffixes[i]);
      if (length <= scheme.length + suffix.length || !startsWithBytes(address, length, scheme)) continue;
      if (!endsWithBytes(address, length, suffix)) continue;
      if (areLabels(address + scheme.length, length - scheme.length - suffix.length)) return true;
    }
    return false;
  }
}

/** Host with or without port; brackets are IPv6. Nothing else is in an origin (RFC 6454 §6.1). */
function isHost(host: string): bool {
  for (let i = 0; i < host.length; i++) if (!isHostCode(host.charCodeAt(i))) return false;
  return true;
}

function isHostCode(code: i32): bool {
  if ((code >= 0x30 && code <= 0x3a) || (code >= 0x61 && code <= 0x7a)) return true;
  return code == 0x2d || code == 0x2e || code == 0x5b || code == 0x5d;
}

/** What stands for the star is labels of a name: no port, no user, no path, no empty label. */
function areLabels(address: usize, length: usize): bool {
  let before: u8 = 0x2e;
  for (let i: usize = 0; i < length; i++) {
    const code = load<u8>(address + i);
    const isLabel = (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x7a) || code == 0x2d;
    if (!isLabel && (code != 0x2e || before == 0x2e)) return false;
    before = code;
  }
  return before != 0x2e;
}
