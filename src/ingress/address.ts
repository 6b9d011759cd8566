const IPV4_MAPPED = "::ffff:";

/** An IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2) as IPv4; others as they are, without zone. */
export function plainAddress(address: string): string {
  if (address.startsWith(IPV4_MAPPED) && address.includes(".")) return address.slice(IPV4_MAPPED.length);
  const zone = address.indexOf("%");
  return zone === -1 ? address : address.slice(0, zone);
}
