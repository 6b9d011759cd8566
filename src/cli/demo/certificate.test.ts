import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDevelopmentCertificate } from "./certificate.ts";

const DAY_MS = 86_400_000;
let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "spooky-certificate-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

const read = (path: string): X509Certificate => new X509Certificate(readFileSync(path));

describe("the development certificate", () => {
  test("is good for localhost and both loopback addresses, and for nothing else", async () => {
    const certificate = read((await openDevelopmentCertificate(directory)).certificatePath);
    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.checkIP("::1")).toBeDefined();
    expect(certificate.checkHost("example.com")).toBeUndefined();
    expect(certificate.ca).toBe(false);
  });

  test("is signed by the authority beside it, with a P-256 key of its own", async () => {
    const { authorityPath, certificatePath, keyPath } = await openDevelopmentCertificate(directory);
    const certificate = read(certificatePath);
    const authority = read(authorityPath);
    const key = createPrivateKey(readFileSync(keyPath));
    expect(authority.ca).toBe(true);
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(certificate.checkIssued(authority)).toBe(true);
    expect(certificate.checkPrivateKey(key)).toBe(true);
    expect(authority.checkPrivateKey(key)).toBe(false);
    expect(key.asymmetricKeyType).toBe("ec");
    expect(key.asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
  });

  test("leaves a key that only its owner may read, and not the authority's", async () => {
    const { keyPath } = await openDevelopmentCertificate(directory);
    expect(statSync(keyPath).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory).toSorted()).toEqual(["development-ca.pem", "localhost-key.pem", "localhost.pem"]);
  });

  test("is used again while it has more than seven days", async () => {
    const first = await openDevelopmentCertificate(directory);
    const before = readFileSync(first.certificatePath, "utf8");
    chmodSync(first.keyPath, 0o644);
    const untilMs = first.validUntil.getTime();
    const second = await openDevelopmentCertificate(directory, untilMs - 8 * DAY_MS);
    expect(first.isNew).toBe(true);
    expect(second.isNew).toBe(false);
    expect(readFileSync(second.certificatePath, "utf8")).toBe(before);
    expect(statSync(second.keyPath).mode & 0o777).toBe(0o600);
  });

  test("is made anew in its last seven days", async () => {
    const first = await openDevelopmentCertificate(directory);
    const serial = read(first.certificatePath).serialNumber;
    const late = first.validUntil.getTime() - 6 * DAY_MS;
    const second = await openDevelopmentCertificate(directory, late);
    expect(second.isNew).toBe(true);
    expect(read(second.certificatePath).serialNumber).not.toBe(serial);
    expect(second.validUntil.getTime()).toBeGreaterThan(late + 300 * DAY_MS);
  });

  test("is made anew when a file is damaged or belongs to another", async () => {
    const first = await openDevelopmentCertificate(directory);
    writeFileSync(first.keyPath, "not a key");
    expect((await openDevelopmentCertificate(directory)).isNew).toBe(true);

    const other = mkdtempSync(join(tmpdir(), "spooky-certificate-"));
    try {
      const foreign = await openDevelopmentCertificate(other);
      writeFileSync(first.authorityPath, readFileSync(foreign.authorityPath));
    } finally {
      rmSync(other, { recursive: true });
    }
    expect((await openDevelopmentCertificate(directory)).isNew).toBe(true);
    expect((await openDevelopmentCertificate(directory)).isNew).toBe(false);
  });
});
