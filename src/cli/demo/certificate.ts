import { createPrivateKey, X509Certificate } from "node:crypto";
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";

const DAY_MS = 86_400_000;
const VALID_DAYS = 365;
const RENEW_BEFORE_DAYS = 7;
/** Clocks of test machines and containers are not always right. */
const BACKDATE_MS = DAY_MS;

/** A certificate for this machine, and the authority that vouches for it. */
export interface DevelopmentCertificate {
  /** The authority's certificate: what a client has to trust. */
  readonly authorityPath: string;
  readonly certificatePath: string;
  /** Mode 0600. */
  readonly keyPath: string;
  readonly validUntil: Date;
  /** False when the one of an earlier run is still good. */
  readonly isNew: boolean;
}

/**
 * A certificate for `localhost`, 127.0.0.1 and ::1 (ECDSA P-256), kept in `directory` and made anew when it has less
 * than seven days left.
 *
 * The authority's key is thrown away once it has signed: whoever trusts the authority trusts this one certificate, and
 * nobody can make a second one.
 */
export async function openDevelopmentCertificate(
  directory: string,
  nowMs: number = Date.now(),
): Promise<DevelopmentCertificate> {
  const authorityPath = join(directory, "development-ca.pem");
  const certificatePath = join(directory, "localhost.pem");
  const keyPath = join(directory, "localhost-key.pem");
  const paths = { authorityPath, certificatePath, keyPath };
  const kept = readUsable(paths, nowMs);
  if (kept !== undefined) return { ...paths, validUntil: kept, isNew: false };

  const validUntil = new Date(nowMs + VALID_DAYS * DAY_MS);
  const { authority, certificate, key } = await issue(new Date(nowMs - BACKDATE_MS), validUntil);
  replace(authorityPath, authority, 0o644);
  replace(certificatePath, certificate, 0o644);
  replace(keyPath, key, 0o600);
  return { ...paths, validUntil, isNew: true };
}

type Paths = Pick<DevelopmentCertificate, "authorityPath" | "certificatePath" | "keyPath">;

/** When the certificate on disk ends, or undefined when it is missing, damaged, or about to end. */
function readUsable({ authorityPath, certificatePath, keyPath }: Paths, nowMs: number): Date | undefined {
  if (![authorityPath, certificatePath, keyPath].every((path) => existsSync(path))) return undefined;
  try {
    const authority = new X509Certificate(readFileSync(authorityPath));
    const certificate = new X509Certificate(readFileSync(certificatePath));
    const key = readFileSync(keyPath);
    const validUntil = new Date(certificate.validTo);
    const isUsable =
      certificate.verify(authority.publicKey) &&
      certificate.checkPrivateKey(createPrivateKey(key)) &&
      certificate.checkHost("localhost") !== undefined &&
      Date.parse(certificate.validFrom) <= nowMs &&
      validUntil.getTime() - nowMs > RENEW_BEFORE_DAYS * DAY_MS;
    if (!isUsable) return undefined;
    chmodSync(keyPath, 0o600);
    return validUntil;
  } catch {
    // Whatever is wrong with the files, new ones put it right.
    return undefined;
  }
}

interface Issued {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

async function issue(notBeforeDate: Date, notAfterDate: Date): Promise<Issued> {
  const common = { keyType: "ec", curve: "P-256", algorithm: "sha256", notBeforeDate, notAfterDate } as const;
  const authority = await generate([{ name: "commonName", value: "Spooky development CA" }], {
    ...common,
    extensions: [
      { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const leaf = await generate([{ name: "commonName", value: "localhost" }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
          { type: 7, ip: "::1" },
        ],
      },
    ],
  });
  return { authority: withFinalNewline(authority.cert), certificate: withFinalNewline(leaf.cert), key: leaf.private };
}

function withFinalNewline(pem: string): string {
  return pem.endsWith("\n") ? pem : `${pem}\n`;
}

/** Writes beside the file and renames, so that a reader never sees half of it and the mode holds from the first byte. */
function replace(path: string, text: string, mode: number): void {
  const draft = `${path}.new`;
  writeFileSync(draft, text, { mode });
  chmodSync(draft, mode);
  renameSync(draft, path);
}
