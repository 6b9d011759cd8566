/**
 * The kernel's form of an IP address and port (`struct sockaddr_in`, `struct sockaddr_in6` of Linux).
 * @module
 */
import { isIPv4, isIPv6 } from "node:net";

export const AF_INET = 2;
export const AF_INET6 = 10;

const IPV4_BYTES = 16;
const IPV6_BYTES = 28;
/** sa_family is in the machine's own byte order, which is little endian on all that Bun runs on. */
const LITTLE_ENDIAN = true;

/** A socket address as it is handed to the kernel. */
export interface SocketAddress {
  readonly family: typeof AF_INET | typeof AF_INET6;
  readonly bytes: Uint8Array;
}

/**
 * Encodes a numeric address. IPv6 may carry a zone (`fe80::1%eth0`, RFC 4007 §11), which `zoneIndexOf` turns into an
 * interface's index. Undefined when the text is no numeric address or the zone is unknown (index 0).
 */
export function encodeSocketAddress(
  address: string,
  port: number,
  zoneIndexOf: (zone: string) => number,
): SocketAddress | undefined {
  if (isIPv4(address)) {
    const bytes = new Uint8Array(IPV4_BYTES);
    writeFamilyAndPort(bytes, AF_INET, port);
    bytes.set(ipv4Bytes(address), 4);
    return { family: AF_INET, bytes };
  }
  const [literal = "", zone] = address.split("%", 2);
  if (!isIPv6(literal)) return undefined;
  const zoneIndex = zone === undefined ? 0 : zoneIndexOf(zone);
  if (zone !== undefined && zoneIndex === 0) return undefined;
  const bytes = new Uint8Array(IPV6_BYTES);
  writeFamilyAndPort(bytes, AF_INET6, port);
  bytes.set(ipv6Bytes(literal), 8);
  new DataView(bytes.buffer).setUint32(24, zoneIndex, LITTLE_ENDIAN);
  return { family: AF_INET6, bytes };
}

function writeFamilyAndPort(bytes: Uint8Array, family: number, port: number): void {
  const view = new DataView(bytes.buffer);
  view.setUint16(0, family, LITTLE_ENDIAN);
  view.setUint16(2, port);
}

function ipv4Bytes(text: string): number[] {
  return text.split(".").map(Number);
}

/** Expects valid text; `::` stands for as many zero groups as are missing (RFC 4291 §2.2). */
function ipv6Bytes(text: string): number[] {
  const [head = "", tail] = text.split("::", 2);
  const before = groupBytes(head);
  if (tail === undefined) return before;
  const after = groupBytes(tail);
  return [...before, ...Array.from({ length: 16 - before.length - after.length }, () => 0), ...after];
}

function groupBytes(groups: string): number[] {
  if (groups === "") return [];
  return groups.split(":").flatMap((group) => {
    if (group.includes(".")) return ipv4Bytes(group);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
