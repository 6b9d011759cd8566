/**
 * Addresses and ranges of them. Both families are 128 bits here: an IPv4 address is one in `::ffff:0:0/96`, so that an
 * IPv4 client on a socket of IPv6 is the same client (RFC 4291 §2.5.5.2).
 * @module
 */
import { ByteString, valueAddress, valueLength } from "./bytes";
import { PropertyPath } from "./properties";

const MAPPED: u64 = 0xffff_0000_0000;

/** The address that was parsed last: its upper and its lower 64 bits. */
export let addressHigh: u64 = 0;
export let addressLow: u64 = 0;
/** Whether it was written as IPv4. */
export let isIpv4: bool = false;

/** Reads an address without port and brackets; see {@link addressHigh}. */
export function parseAddress(at: usize, length: usize): bool {
  for (let i: usize = 0; i < length; i++) if (load<u8>(at + i) == 0x3a) return parseIpv6(at, length);
  const value = parseIpv4(at, length);
  if (value < 0) return false;
  addressHigh = 0;
  addressLow = MAPPED | (<u64>value);
  isIpv4 = true;
  return true;
}

/** The 32 bits, or -1. Leading zeros are refused: some read them as octal. */
function parseIpv4(at: usize, length: usize): i64 {
  const end = at + length;
  let value: i64 = 0;
  for (let part = 0; part < 4; part++) {
    if (part > 0 && (at >= end || load<u8>(at++) != 0x2e)) return -1;
    const start = at;
    let octet: i64 = 0;
    while (at < end && at - start < 3 && load<u8>(at) >= 0x30 && load<u8>(at) <= 0x39) {
      octet = octet * 10 + (load<u8>(at++) - 0x30);
    }
    if (at == start || octet > 255 || (at - start > 1 && load<u8>(start) == 0x30)) return -1;
    value = (value << 8) | octet;
  }
  return at == end ? value : -1;
}

const groups: usize = memory.data(16, 8);

function parseIpv6(at: usize, length: usize): bool {
  const end = at + length;
  let count = 0;
  let gap = -1;
  while (at < end) {
    if (load<u8>(at) == 0x3a) {
      const isDouble = at + 1 < end && load<u8>(at + 1) == 0x3a;
      if (isDouble) {
        if (gap >= 0) return false;
        gap = count;
        at += 2;
        if (at == end) break;
      } else {
        if (count == 0 || ++at == end) return false;
      }
      // A single colon stands between groups, and none follows a double one.
      if (load<u8>(at) == 0x3a) return false;
    } else if (count > 0) return false;
    if (count == 8) return false;
    const start = at;
    let group: u32 = 0;
    while (at < end && at - start < 5) {
      const digit = hexDigit(load<u8>(at));
      if (digit < 0) break;
      group = (group << 4) | digit;
      at++;
    }
    if (at < end && load<u8>(at) == 0x2e) {
      const value = parseIpv4(start, end - start);
      if (value < 0 || count > 6) return false;
      store<u16>(groups + count * 2, <u16>(value >> 16));
      store<u16>(groups + count * 2 + 2, <u16>value);
      count += 2;
      at = end;
      break;
    }
    if (at == start || at - start > 4) return false;
    store<u16>(groups + count * 2, <u16>group);
    count++;
  }
  if (gap < 0 ? count != 8 : count > 7) return false;
  addressHigh = 0;
  addressLow = 0;
  const before = gap < 0 ? count : gap;
  for (let i = 0; i < before; i++) addGroup(i, load<u16>(groups + i * 2));
  for (let i = before; i < count; i++) addGroup(8 - count + i, load<u16>(groups + i * 2));
  isIpv4 = false;
  return true;
}

function addGroup(place: i32, value: u16): void {
  if (place < 4) addressHigh |= (<u64>value) << ((3 - place) * 16);
  else addressLow |= (<u64>value) << ((7 - place) * 16);
}

function hexDigit(code: u8): i32 {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

/** A range of addresses. */
@final
export class AddressRange {
  private constructor(
    private readonly high: u64,
    private readonly low: u64,
    private readonly highMask: u64,
    private readonly lowMask: u64,
  ) {}

  /** `192.0.2.0/24`, `2001:db8::/32`, or one address. Null when it is none, or has bits behind its length. */
  static parse(text: string): AddressRange | null {
    const slash = text.indexOf("/");
    const address = ByteString.from(slash < 0 ? text : text.substring(0, slash));
    if (!parseAddress(address.address, address.length)) return null;
    const most = isIpv4 ? 32 : 128;
    let bits = most;
    if (slash >= 0) {
      bits = prefixLength(text.substring(slash + 1));
      if (bits < 0 || bits > most) return null;
    }
    if (isIpv4) bits += 96;
    const highMask: u64 = bits == 0 ? 0 : bits >= 64 ? u64.MAX_VALUE : u64.MAX_VALUE << (64 - bits);
    const lowMask: u64 = bits <= 64 ? 0 : bits == 128 ? u64.MAX_VALUE : u64.MAX_VALUE << (128 - bits);
    if ((addressHigh & ~highMask) != 0 || (addressLow & ~lowMask) != 0) return null;
    return new AddressRange(addressHigh, addressLow, highMask, lowMask);
  }

  /** Whether the address that was parsed last is in it. */
  holdsParsed(): bool {
    return (addressHigh & this.highMask) == this.high && (addressLow & this.lowMask) == this.low;
  }
}

function prefixLength(text: string): i32 {
  if (text == "" || text.length > 3 || (text.length > 1 && text.charCodeAt(0) == 0x30)) return -1;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return -1;
    value = value * 10 + code - 0x30;
  }
  return value;
}

const sourceAddress: PropertyPath = new PropertyPath("source.address");

/** Parses the address that the client's connection comes from; see {@link addressHigh}. */
export function parseClientAddress(): bool {
  if (!sourceAddress.find()) return false;
  let start = valueAddress();
  let length = valueLength();
  // The port is behind the last colon, and there are brackets around IPv6.
  while (length > 0 && load<u8>(start + length - 1) != 0x3a) length--;
  if (length == 0) return false;
  length--;
  if (length > 1 && load<u8>(start) == 0x5b) {
    start++;
    length -= 2;
  }
  return parseAddress(start, length);
}

/** Whether the address that was parsed last is in one of the ranges. */
export function isInRanges(ranges: StaticArray<AddressRange>): bool {
  for (let i = 0; i < ranges.length; i++) if (unchecked(ranges[i]).holdsParsed()) return true;
  return false;
}
