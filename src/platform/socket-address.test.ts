import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { AF_INET, AF_INET6, encodeSocketAddress } from "./socket-address.ts";

const noZone = (): number => 0;
const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

function bytesOf(address: string, port = 443): number[] {
  const encoded = encodeSocketAddress(address, port, noZone);
  if (encoded === undefined) throw new Error(`${address} was refused`);
  return [...encoded.bytes];
}

describe("encodeSocketAddress", () => {
  test("writes IPv4 as struct sockaddr_in", () => {
    expect(bytesOf("127.0.0.1", 0x1234)).toEqual([AF_INET, 0, 0x12, 0x34, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test("writes IPv6 as struct sockaddr_in6", () => {
    const bytes = bytesOf("2001:db8::1:2", 443);
    expect(bytes).toHaveLength(28);
    expect(bytes.slice(0, 4)).toEqual([AF_INET6, 0, 1, 187]);
    expect(bytes.slice(8, 24)).toEqual([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2]);
  });

  test("fills the zeros that :: stands for, wherever it is", () => {
    expect(bytesOf("::").slice(8, 24)).toEqual(zeros(16));
    expect(bytesOf("::1").slice(8, 24)).toEqual([...zeros(15), 1]);
    expect(bytesOf("fe80::").slice(8, 24)).toEqual([0xfe, 0x80, ...zeros(14)]);
    expect(bytesOf("1:2:3:4:5:6:7:8").slice(8, 24)).toEqual([0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]);
  });

  test("understands an IPv4 address inside an IPv6 one", () => {
    expect(bytesOf("::ffff:192.0.2.7").slice(18, 24)).toEqual([0xff, 0xff, 192, 0, 2, 7]);
  });

  test("turns a zone into the interface's index and refuses an unknown one", () => {
    const encoded = encodeSocketAddress("fe80::1%eth7", 1, (zone) => (zone === "eth7" ? 7 : 0));
    expect([...(encoded?.bytes.slice(24) ?? [])]).toEqual([7, 0, 0, 0]);
    expect(encodeSocketAddress("fe80::1%eth8", 1, noZone)).toBeUndefined();
  });

  test.each(["", "localhost", "127.1", "256.0.0.1", "[::1]", "1::2::3", "10.0.0.1%eth0", "::1 "])(
    "refuses %p",
    (address) => {
      expect(encodeSocketAddress(address, 1, noZone)).toBeUndefined();
    },
  );

  test("keeps every group of every IPv6 address", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }), (groups) => {
        const bytes = bytesOf(groups.map((group) => group.toString(16)).join(":")).slice(8, 24);
        expect(groups.map((_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0))).toEqual(groups);
      }),
    );
  });

  test("gives the same bytes for a shortened spelling as for the full one", () => {
    const group = fc.nat(0xffff);
    fc.assert(
      fc.property(fc.array(group, { maxLength: 5 }), fc.array(group, { minLength: 2, maxLength: 2 }), (head, tail) => {
        const full = [...head, ...Array.from({ length: 6 - head.length }, () => 0), ...tail].map((value) =>
          value.toString(16),
        );
        const short = head.map((value) => value.toString(16)).join(":");
        const dotted = tail.flatMap((value) => [value >> 8, value & 255]).join(".");
        expect(bytesOf(`${short}::${dotted}`)).toEqual(bytesOf(full.join(":")));
      }),
    );
  });

  test("takes every IPv6 address that there is", () => {
    fc.assert(fc.property(fc.ipV6(), (address) => expect(bytesOf(address)).toHaveLength(28)));
  });
});
